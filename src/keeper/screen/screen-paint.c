/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The picture: everything a screen knows as bytes for another terminal. Their order is what this file is
 * about:
 *
 *  1  end whatever the terminal was in the middle of; the main screen, cleared, with nothing in the way of
 *     plain printing
 *  2  lines of the scrollback, then those of the main screen; what does not fit scrolls off the top
 *  3  the main screen's saved cursor (DECSC), while there are no margins that could keep the cursor from its
 *     place
 *  4  if the alternate screen is shown: to it, its lines, its saved cursor
 *  5  tab stops, titles, colours, progress, keyboard: all that does not depend on the cursor
 *  6  margins and origin mode, which both move the cursor; then the cursor, at the character before it,
 *     which is printed again: that brings a pending wrap back, and tells the terminal what combines with it
 *     or is repeated
 *  7  what would have been in the way: insert mode, character sets, pen, hidden cursor, single shift
 *  8  the sequence that has only half arrived */

#include "keeper/screen/screen-state.h"
#include "keeper/screen/sgr.h"

/* CAN gives up a sequence, ST a string. Leaving the alternate screen restores the cursor, in some terminals
 * with whether it is visible: so it is made visible, and saved, before. One mode each: not every terminal
 * reads more than the first parameter. */
static const char prologue[] = "\x18\x1b\\"
                               "\x1b[?25h\x1b"
                               "7\x1b[?1049l\x1b[?69l\x1b[r\x1b[?6l\x1b[?7h\x1b[4l\x1b[20l"
                               "\x1b(B\x1b)B\x1b*B\x1b+B\x0f\x1b[m\x1b]8;;\x1b\\"
                               "\x1b[H\x1b[J";

static void write_move(TextWriter *w, uint32_t row, uint32_t column) {
        text_writer_text(w, "\x1b[");
        if (row > 0 || column > 0)
                text_writer_number(w, row + 1);
        if (column > 0) {
                text_writer_byte(w, ';');
                text_writer_number(w, column + 1);
        }
        text_writer_byte(w, 'H');
}

/* Lines one below the other. */
typedef struct Printer {
        TextWriter *w;
        uint32_t n_columns;
        bool begun;
        LineShape above;
} Printer;

/* What goes before a line, which takes the shape. */
static void printer_next(Printer *p, LineShape shape) {
        if (p->begun && !lines_join(p->above, shape, p->n_columns))
                text_writer_text(p->w, "\r\n");
        else if (p->begun && shape.colored)
                /* What wraps gives its background to the whole new line: so something without one has to. */
                text_writer_text(p->w, " \r");
        p->begun = true;
        p->above = shape;
}

/* A line that is wider than the screen becomes several, as if it had wrapped. */
static void print_wide_line(Printer *p, const ScrollbackLine *line) {
        _cleanup_screen_ Screen *reader = NULL;
        uint32_t width = line->shape.width, n, step;
        const Line *all;

        if (screen_new(1, MIN(width, SCREEN_COLUMNS_MAX), 0, &reader) < 0) {
                p->w->failed = true;
                return;
        }
        screen_feed(reader, line->text, line->size);
        all = reader->grid->rows[0];
        for (uint32_t i = 0; all && i < all->used; i += step) {
                const Cell *cells = all->cells + i;
                LineShape shape;

                n = step = MIN(all->used - i, p->n_columns);
                if (cells[n - 1].glyph & GLYPH_WIDE) {
                        step = n > 1 ? n - 1 : 2; /* one that no line has room for is left out */
                        n--;
                }
                shape = cells_shape(cells, n, i + step < all->used || line->shape.wrapped);
                shape.continues = i > 0 || line->shape.continues;
                printer_next(p, shape);
                cells_write(p->w, cells, shape.width, &reader->clusters, reader->links);
        }
}

static void print_scrollback_line(Printer *p, const ScrollbackLine *line) {
        if (line->shape.width > p->n_columns) {
                print_wide_line(p, line);
                return;
        }
        printer_next(p, line->shape);
        text_writer_bytes(p->w, line->text, line->size);
}

static void print_grid(Printer *p, const Screen *s, const Grid *g) {
        for (uint32_t row = 0; row < g->n_rows; row++) {
                LineShape shape = line_shape(g->rows[row], p->n_columns);

                shape.continues = grid_continues(g, row);
                printer_next(p, shape);
                if (shape.width > 0)
                        cells_write(p->w, g->rows[row]->cells, shape.width, &s->clusters, s->links);
        }
}

static void write_charsets(TextWriter *w, const Cursor *c) {
        static const char left[] = { 0x0f, 0x0e, 'n', 'o' };

        for (unsigned i = 0; i < ELEMENTSOF(c->sets); i++)
                if (c->sets[i] != CHARSET_ASCII)
                        text_writer_format(w, "\x1b%c%c", "()*+"[i], c -> sets[i]);
        if (c->left >= 2)
                text_writer_byte(w, 0x1b);
        if (c->left > 0)
                text_writer_byte(w, left[c->left]);
}

static void write_pen(TextWriter *w, const Style *pen) {
        sgr_write(w, &(const Style){ 0 }, pen);
}

/* Saves a cursor; then all that belongs to it is as it was before. Without margins, origin mode moves no
 * place. */
static void write_saved(TextWriter *w, const Cursor *c) {
        if (c->origin)
                text_writer_text(w, "\x1b[?6h");
        write_move(w, c->row, c->column);
        write_charsets(w, c);
        write_pen(w, &c->pen);
        text_writer_text(w,
                "\x1b"
                "7");
}

static void write_saved_undo(TextWriter *w, const Cursor *c) {
        if (c->origin)
                text_writer_text(w, "\x1b[?6l");
        for (unsigned i = 0; i < ELEMENTSOF(c->sets); i++)
                if (c->sets[i] != CHARSET_ASCII)
                        text_writer_format(w, "\x1b%cB", "()*+"[i]);
        if (c->left > 0)
                text_writer_byte(w, 0x0f);
        if (c->pen.guarded)
                text_writer_text(w, "\x1b[0\"q");
        text_writer_text(w, "\x1b[m");
}

static void write_tabs(const Screen *s, TextWriter *w) {
        if (!s->tabs_touched)
                return;
        text_writer_text(w, "\x1b[3g");
        for (uint32_t i = 0; i < s->columns; i++)
                if (screen_has_tab(s, i)) {
                        write_move(w, 0, i);
                        text_writer_text(w, "\x1bH");
                }
}

static void write_margins(const Screen *s, TextWriter *w) {
        if (screen_has(s, MODE_MARGINS)) {
                text_writer_text(w, "\x1b[?69h");
                if (s->left > 0 || s->right < s->columns)
                        text_writer_format(w, "\x1b[%u;%us", s->left + 1, s->right);
        }
        if (s->top > 0 || s->bottom < s->rows)
                text_writer_format(w, "\x1b[%u;%ur", s->top + 1, s->bottom);
        text_writer_text(w, s->cursor.origin ? "\x1b[?6h" : "\x1b[?6l");
}

/* The cell that the cursor stands behind, if printing it brings the cursor there. */
static const Cell *cell_before(const Screen *s, uint32_t *ret_column) {
        uint32_t column = s->cursor.column;
        const Cell *c;

        if (!s->pending_wrap) {
                if (column == 0 || column == s->right)
                        return NULL;
                column--;
        }
        c = grid_cell(s->grid, s->cursor.row, column);
        if (c && (c->glyph & GLYPH_TAIL) && column > 0)
                c = grid_cell(s->grid, s->cursor.row, --column);
        if (!c || c->glyph == 0)
                return NULL;
        if (c->glyph & GLYPH_WIDE && column + (s->pending_wrap ? 1 : 2) != s->cursor.column)
                return NULL; /* the cursor stands in the middle of it */
        *ret_column = column;
        return c;
}

static void write_cursor(const Screen *s, TextWriter *w) {
        uint32_t top = s->cursor.origin ? s->top : 0, left = s->cursor.origin ? s->left : 0, column;
        bool wraps = screen_has(s, MODE_AUTOWRAP);
        const Cell *before = cell_before(s, &column);
        const Style none = { 0 };

        /* A pending wrap can outlast autowrap; without one, the last column is printed to without
         * autowrap. */
        if (!wraps && !s->pending_wrap)
                text_writer_text(w, "\x1b[?7l");
        if (before && column >= left) {
                write_move(w, s->cursor.row - top, column - left);
                link_write(w, s->links, &none, &before->style);
                glyph_write(w, before->glyph, &s->clusters);
                link_write(w, s->links, &before->style, &s->cursor.pen);
        } else {
                write_move(w, s->cursor.row - top, s->cursor.column - left);
                link_write(w, s->links, &none, &s->cursor.pen);
        }
        if (!wraps && s->pending_wrap)
                text_writer_text(w, "\x1b[?7l");
        if (screen_has(s, MODE_INSERT))
                text_writer_text(w, "\x1b[4h");
        write_charsets(w, &s->cursor);
}

static void write_lines(const Screen *s, uint32_t scrollback, TextWriter *w) {
        Printer p = { .w = w, .n_columns = s->columns };
        ScrollbackPosition position = scrollback_seek(&s->scrollback, scrollback);
        ScrollbackLine line;

        while (scrollback > 0 && scrollback_next(&position, &line))
                print_scrollback_line(&p, &line);
        print_grid(&p, s, &s->grids[MAIN]);
        screen_write_kitty_keys(&s->keys[MAIN], w);
        pointer_write(&s->pointers[MAIN], w);
        write_saved(w, &s->saved[MAIN]);
        if (!screen_is_alternate(s)) {
                write_saved_undo(w, &s->saved[MAIN]);
                return;
        }
        /* 1049 saves the cursor, so it has to stand where it was saved. */
        text_writer_text(w, "\x1b[?1049h");
        write_saved_undo(w, &s->saved[MAIN]);
        text_writer_text(w, "\x1b[H\x1b[J");
        p = (Printer){ .w = w, .n_columns = s->columns };
        print_grid(&p, s, &s->grids[ALTERNATE]);
        screen_write_kitty_keys(&s->keys[ALTERNATE], w);
        pointer_write(&s->pointers[ALTERNATE], w);
        if (s->alternate_saved) {
                write_saved(w, &s->saved[ALTERNATE]);
                write_saved_undo(w, &s->saved[ALTERNATE]);
        }
}

int screen_paint(const Screen *s, uint32_t scrollback, ByteQueue *out) {
        _cleanup_text_writer_ TextWriter w = { 0 };
        const uint8_t *pending;
        size_t n_pending;

        text_writer_text(&w, prologue);
        write_lines(s, scrollback, &w);
        write_tabs(s, &w);
        titles_write(&s->titles, &w);
        palette_write(&s->palette, &w);
        progress_write(&s->progress, &w);
        screen_write_key_resources(s, &w);
        screen_write_modes(s, &w);
        if (s->shape >= 0)
                text_writer_format(&w, "\x1b[%d q", s->shape);
        write_margins(s, &w);
        write_cursor(s, &w);
        if (!screen_has(s, MODE_VISIBLE))
                text_writer_text(&w, "\x1b[?25l");
        if (s->touched & (1U << MODE_SYNCHRONIZED))
                text_writer_text(&w, screen_has(s, MODE_SYNCHRONIZED) ? "\x1b[?2026h" : "\x1b[?2026l");
        if (s->single_shift > 0)
                text_writer_format(&w, "\x1b%c", s->single_shift == 2 ? 'N' : 'O');
        n_pending = screen_pending(s, &pending);
        text_writer_bytes(&w, pending, n_pending);
        if (w.failed)
                return -ENOMEM;
        return byte_queue_append(out, w.data, w.size);
}
