/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The terminal state engine: making, feeding and resetting a screen, and what others may ask it.
 *
 *   bytes --> vt-parser.c --> screen-print.c    text into cells
 *                         --> screen-control.c  control characters, ESC
 *                         --> screen-csi.c      CSI, by table: screen-cursor.c, screen-edit.c,
 *                                               screen-modes.c, screen-alternate.c,
 *                                               screen-keys.c, screen-answers.c, sgr.c
 *                         --> screen-osc.c      titles.c, palette.c, pointer.c, progress.c
 *
 *   grid.c  rows of cells of both screens         screen-paint.c  everything as bytes for another terminal
 *   scrollback.c  lines above, ready to print     screen-text.c   what can be read, for people
 *
 * What is ambiguous is done as xterm does it, unless a comment says why not. */

#include "keeper/screen/screen-state.h"

static const VtHandlers handlers = {
        .text = screen_print_text,
        .character = screen_print_character,
        .control = screen_control,
        .escape = screen_escape,
        .csi = screen_csi,
        .osc = screen_osc,
        .string = screen_string,
};

const Cursor screen_home = {
        .sets = { CHARSET_ASCII, CHARSET_ASCII, CHARSET_ASCII, CHARSET_ASCII },
};

int screen_new(uint32_t rows, uint32_t columns, uint32_t scrollback, Screen **ret) {
        _cleanup_screen_ Screen *s = NULL;
        int r;

        if (rows == 0 || columns == 0 || rows > SCREEN_ROWS_MAX || columns > SCREEN_COLUMNS_MAX)
                return -ERANGE;
        s = malloc(sizeof(*s));
        if (!s)
                return -ENOMEM;
        /* Not zeroed as a whole: most of the parser's memory is never touched. */
        memset((char *) s + sizeof(VtParser), 0, sizeof(*s) - sizeof(VtParser));
        vt_parser_init(&s->parser, &handlers, s);
        s->links = &s->own_links;
        s->rows = rows;
        s->columns = columns;
        s->budget = SCREEN_CELLS_MAX;
        s->scrollback.max_lines = scrollback;
        s->scrollback.max_bytes = SCREEN_SCROLLBACK_BYTES;
        s->shape = -1;
        r = grid_init(&s->grids[MAIN], rows, columns, &s->budget);
        if (r < 0)
                return r;
        s->grid = &s->grids[MAIN];
        r = screen_resize_tabs(s, columns);
        if (r < 0)
                return r;
        memset(s->key_resources, KEY_RESOURCE_UNSAID, sizeof(s->key_resources));
        screen_reset(s, true);
        s->tabs_touched = false;
        s->touched = 0;

        *ret = TAKE_PTR(s);
        return 0;
}

Screen *screen_free(Screen *s) {
        if (!s)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(s->grids); i++)
                if (s->grids[i].storage)
                        grid_done(&s->grids[i]);
        cluster_table_done(&s->clusters);
        link_table_done(&s->own_links);
        scrollback_clear(&s->scrollback);
        text_writer_done(&s->line);
        palette_done(&s->palette);
        titles_done(&s->titles);
        for (size_t i = 0; i < ELEMENTSOF(s->pointers); i++)
                pointer_done(&s->pointers[i]);
        free(s->tabs);
        free(s);
        return NULL;
}

/* RIS if hard, else DECSTR. The scrollback stays in both: it is what was printed. Titles do too, as in
 * xterm. */
void screen_reset(Screen *s, bool hard) {
        bool touched = s->keys[MAIN].touched || s->keys[ALTERNATE].touched;
        uint32_t row = s->cursor.row, column = s->cursor.column;

        if (hard) {
                (void) screen_show_alternate(s, false);
                screen_reset_tabs(s);
                palette_reset(&s->palette);
                pointer_reset(&s->pointers[MAIN]);
                progress_reset(&s->progress);
                if (s->shape >= 0)
                        s->shape = 0;
                if (touched)
                        screen_reset_keys(s);
        }
        screen_reset_modes(s, hard);
        s->top = s->left = 0;
        s->bottom = s->rows;
        s->right = s->columns;
        s->cursor = screen_home;
        s->saved[MAIN] = s->saved[ALTERNATE] = screen_home;
        s->single_shift = 0;
        if (hard) {
                grid_erase_rows(s->grid, 0, s->rows, (Style){ 0 }, false);
                s->pending_wrap = false;
        } else {
                s->cursor.row = row;
                s->cursor.column = column;
        }
}

void screen_feed(Screen *s, const void *data, size_t size) {
        size_t passed = screen_pass_lines(s, data, size);

        vt_parser_feed(&s->parser, (const uint8_t *) data + passed, size - passed);
}

size_t screen_pending(const Screen *s, const uint8_t **ret) {
        return vt_parser_pending(&s->parser, ret);
}

uint32_t screen_rows(const Screen *s) {
        return s->rows;
}

uint32_t screen_columns(const Screen *s) {
        return s->columns;
}

ScreenCursor screen_cursor(const Screen *s) {
        return (ScreenCursor){
                .row = s->cursor.row,
                .column = s->cursor.column,
                .visible = screen_has(s, MODE_VISIBLE),
        };
}

uint32_t screen_scrollback(const Screen *s) {
        return s->scrollback.n_lines;
}

bool screen_is_alternate(const Screen *s) {
        return s->grid == &s->grids[ALTERNATE];
}

const char *screen_title(const Screen *s) {
        return s->titles.now.title;
}

const char *screen_directory(const Screen *s) {
        return s->titles.directory;
}

uint32_t screen_title_serial(const Screen *s) {
        return s->titles.serial;
}
