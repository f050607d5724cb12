/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text into cells: runs of ASCII as fast as memory takes them, everything else one by one. */

#include "keeper/screen/screen-state.h"
#include "keeper/vt/char-width.h"

size_t screen_ascii_run(const uint8_t *data, size_t size) {
        const uint64_t ones = 0x0101010101010101U, high = ones * 0x80;
        size_t n = 0;

        for (; n + 8 <= size; n += 8) {
                uint64_t x, del, stop;

                memcpy(&x, data + n, sizeof(x));
                del = x ^ (ones * 0x7f);
                /* The lowest bit that is set is right: borrows only reach those above it. */
                stop = (x | ((x - ones * 0x20) & ~x) | ((del - ones) & ~del)) & high;
                if (stop != 0)
                        return n + (size_t) __builtin_ctzll(stop) / 8;
        }
        while (n < size && data[n] - 0x20U < 0x5fU)
                n++;
        return n;
}

/* One store for each cell: what compilers make of copying a structure after changing a part of it is much
 * slower. */
static void fill_cells(Cell *cells, const uint8_t *data, size_t n, const Style *style) {
        typedef uint32_t Words
                __attribute__((vector_size(sizeof(Cell)), aligned(_Alignof(Cell)), may_alias));
        Cell first = { .style = *style };
        Words words = *(const Words *) &first;

        for (size_t i = 0; i < n; i++) {
                words[0] = data[i];
                *(Words *) (cells + i) = words;
        }
}

/* The pending wrap: on to the next line. */
static void screen_wrap(Screen *s) {
        Line *line = s->grid->rows[s->cursor.row];
        bool whole = s->right == s->columns && s->left == 0;

        if (line && whole)
                line->wrapped = true;
        s->cursor.column = s->cursor.column < s->right ? s->left : 0;
        screen_index(s);
        /* Scrolling took it away from a last line. From one that is still the cursor's, or is gone, it goes
         * for good. */
        if (line && whole) {
                Line *above = s->cursor.row > 0 ? s->grid->rows[s->cursor.row - 1] : NULL;

                if (s->grid->rows[s->cursor.row] == line)
                        line->wrapped = false;
                if (above == line)
                        line->wrapped = true;
        }
}

/* The cursor has printed up to column; limit is where its line ends. */
static void screen_advance(Screen *s, uint32_t column, uint32_t limit) {
        s->cursor.column = column;
        if (column >= limit) {
                s->cursor.column = limit - 1;
                s->pending_wrap = screen_has(s, MODE_AUTOWRAP);
        }
}

bool screen_prints_ascii(const Screen *s) {
        return s->single_shift == 0 && s->cursor.sets[s->cursor.left] != CHARSET_GRAPHICS &&
                s->cursor.sets[s->cursor.left] != CHARSET_BRITISH && !screen_has(s, MODE_INSERT);
}

/* Puts one character, 1 or 2 columns wide. */
static void screen_put(Screen *s, uint32_t glyph, unsigned width) {
        uint32_t limit, column;
        Cell *cells;

        limit = screen_limit(s);
        if (width == 2 && limit - (limit == s->right ? s->left : 0) < 2)
                return; /* no line has room for it */
        if (s->pending_wrap && screen_has(s, MODE_AUTOWRAP))
                screen_wrap(s);
        s->pending_wrap = false;
        limit = screen_limit(s);
        if (width == 2 && limit - s->cursor.column < 2) {
                if (screen_has(s, MODE_AUTOWRAP)) {
                        screen_wrap(s);
                        limit = screen_limit(s);
                } else
                        s->cursor.column--;
                if (limit - s->cursor.column < 2)
                        return;
        }
        column = s->cursor.column;
        if (screen_has(s, MODE_INSERT))
                grid_shift(s->grid, s->cursor.row, column, limit, width, screen_blank(s));
        cells = grid_write(s->grid, s->cursor.row, column, column + width);
        if (cells) {
                cells[0] = (Cell){ .glyph = glyph, .style = s->cursor.pen };
                if (width == 2) {
                        cells[0].glyph |= GLYPH_WIDE;
                        cells[1] = (Cell){ .glyph = GLYPH_TAIL, .style = s->cursor.pen };
                }
        }
        screen_advance(s, column + width, limit);
}

size_t screen_print_text(void *userdata, const uint8_t *data, size_t size) {
        Screen *s = userdata;
        uint32_t column, limit;
        size_t n;
        Cell *cells;

        if (!screen_prints_ascii(s)) {
                Charset set = s->cursor.sets[s->single_shift > 0 ? s->single_shift : s->cursor.left];

                s->single_shift = 0;
                screen_put(s, charset_translate(set, data[0]), 1);
                return 1;
        }
        if (s->pending_wrap && screen_has(s, MODE_AUTOWRAP))
                screen_wrap(s);
        s->pending_wrap = false;
        limit = screen_limit(s);
        column = s->cursor.column;
        n = screen_ascii_run(data, MIN(size, (size_t) (limit - column)));
        cells = grid_write(s->grid, s->cursor.row, column, column + (uint32_t) n);
        if (cells)
                fill_cells(cells, data, n, &s->cursor.pen);
        screen_advance(s, column + (uint32_t) n, limit);
        return n;
}

/* The cell whose character the cursor stands behind, or NULL. */
static Cell *screen_previous(Screen *s) {
        Line *line = s->grid->rows[s->cursor.row];
        uint32_t column = s->cursor.column;

        if (!s->pending_wrap) {
                if (column == 0)
                        return NULL;
                column--;
        }
        if (!line || column >= line->used)
                return NULL;
        if ((line->cells[column].glyph & GLYPH_TAIL) && column > 0)
                column--;
        return line->cells[column].glyph != 0 ? line->cells + column : NULL;
}

void screen_print_character(void *userdata, uint32_t code) {
        Screen *s = userdata;
        unsigned width = char_width(code);
        Cell *previous;

        if (width > 0) {
                s->single_shift = 0;
                screen_put(s, code, width);
                return;
        }
        /* xterm combines with what was written last, VTE with what is before the cursor. The latter needs no
         * memory, and is the same unless the cursor was moved. */
        previous = screen_previous(s);
        if (previous)
                cluster_add(&s->clusters, s->grids, ELEMENTSOF(s->grids), &previous->glyph, code);
}

/* REP: what is before the cursor, again. */
void screen_repeat(Screen *s, uint32_t n) {
        const Cell *previous = screen_previous(s);
        uint32_t glyph;

        if (!previous)
                return;
        glyph = previous->glyph;
        n = MIN(n, s->rows * s->columns);
        while (n-- > 0)
                screen_put(s, glyph & ~GLYPH_WIDE, glyph & GLYPH_WIDE ? 2 : 1);
}
