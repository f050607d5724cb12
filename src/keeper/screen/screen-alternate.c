/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The alternate screen, and changes of size, which both screens take part in.
 *
 * The main screen grows and shrinks at its top, with the scrollback; the alternate one has none. The line of
 * the cursor is never lost. Of the screen that is not shown, the cursor is the saved one. */

#include "keeper/screen/screen-state.h"

int screen_show_alternate(Screen *s, bool show) {
        int r;

        if (show == screen_is_alternate(s))
                return 0;
        if (show) {
                r = grid_init(&s->grids[ALTERNATE], s->rows, s->columns, &s->budget);
                if (r < 0)
                        return r;
                s->grid = &s->grids[ALTERNATE];
        } else {
                grid_done(&s->grids[ALTERNATE]);
                s->grid = &s->grids[MAIN];
                s->saved[ALTERNATE] = screen_home;
                s->alternate_saved = false;
                s->keys[ALTERNATE] = (KittyKeys){ 0 };
                pointer_done(&s->pointers[ALTERNATE]);
        }
        s->pending_wrap = false;
        return 0;
}

static bool row_is_empty(const Grid *g, uint32_t row) {
        return line_shape(g->rows[row], UINT32_MAX).width == 0;
}

/* How many rows to take from the top: of those that are too many, first empty ones below the cursor go, then
 * those at the top, then what is left below the cursor. */
static uint32_t rows_to_cut(const Grid *g, uint32_t rows, uint32_t cursor) {
        uint32_t excess = g->n_rows - rows, empty = 0;

        while (empty < excess && g->n_rows - 1 - empty > cursor && row_is_empty(g, g->n_rows - 1 - empty))
                empty++;
        return MIN(excess - empty, cursor);
}

/* Leaves the first code of each cell, and returns what they were; NULL if there is no memory. */
static uint32_t *line_take_glyphs(Line *line, const ClusterTable *clusters) {
        uint32_t *glyphs = calloc(MAX(line->used, 1U), sizeof(*glyphs));

        for (uint32_t i = 0; i < line->used; i++) {
                uint32_t codes[CLUSTER_CODES_MAX], *glyph = &line->cells[i].glyph;

                if (glyphs)
                        glyphs[i] = *glyph;
                if (*glyph & GLYPH_CLUSTER) {
                        (void) cluster_codes(clusters, *glyph, codes);
                        *glyph = (*glyph & GLYPH_WIDE) | codes[0];
                }
        }
        return glyphs;
}

/* Brings a line of the scrollback back as a row, if there is memory for it. */
static void screen_pull_line(Screen *s, Grid *g, uint32_t row, const ScrollbackLine *record) {
        _cleanup_screen_ Screen *reader = NULL;
        _cleanup_free_ uint32_t *glyphs = NULL;
        Line *line;

        if (record->shape.width == 0 || record->shape.width > SCREEN_COLUMNS_MAX ||
                screen_new(1, record->shape.width, 0, &reader) < 0)
                return;
        reader->links = s->links;
        s->links->is_borrowed = true;
        screen_feed(reader, record->text, record->size);
        s->links->is_borrowed = false;
        line = grid_take(reader->grid, 0);
        if (!line)
                return;
        if (line->allocated > s->budget) {
                grid_free_line(reader->grid, line);
                return;
        }
        s->budget -= line->allocated;
        line->wrapped = record->shape.wrapped && g->continues;
        /* The reader's clusters are not ours, and ours are kept for the cells of our rows only. */
        glyphs = line_take_glyphs(line, &reader->clusters);
        grid_put(g, row, line);
        for (uint32_t i = 0; glyphs && i < line->used; i++) {
                uint32_t codes[CLUSTER_CODES_MAX];
                unsigned n = cluster_codes(&reader->clusters, glyphs[i], codes);

                for (unsigned k = 1; k < n; k++)
                        cluster_add(&s->clusters, s->grids, ELEMENTSOF(s->grids), &line->cells[i].glyph,
                                codes[k]);
        }
}

/* Brings the newest n lines of the scrollback back into the empty rows at the top. */
static void screen_pull_lines(Screen *s, Grid *g, uint32_t n) {
        while (n-- > 0) {
                ScrollbackPosition p = scrollback_seek(&s->scrollback, 1);
                ScrollbackLine record;

                if (!scrollback_next(&p, &record))
                        return;
                screen_pull_line(s, g, n, &record);
                g->continues = record.shape.continues;
                scrollback_drop(&s->scrollback);
        }
}

static int screen_resize_grid(Screen *s, unsigned which, uint32_t rows, uint32_t columns, Cursor *cursor) {
        Grid *g = &s->grids[which];
        uint32_t row = MIN(cursor->row, g->n_rows - 1);
        int64_t cut = 0;
        int r;

        if (rows < g->n_rows)
                cut = rows_to_cut(g, rows, row);
        else if (which == MAIN)
                cut = -(int64_t) MIN(rows - g->n_rows, s->scrollback.n_lines);
        if (which == MAIN && cut > 0 && s->scrollback.max_lines > 0) {
                Grid *shown = s->grid;

                s->grid = g;
                for (uint32_t i = 0; i < cut; i++)
                        g->continues = screen_push_line(s, i);
                s->grid = shown;
        }
        r = grid_resize(g, rows, columns, cut);
        if (r < 0)
                return r;
        if (cut < 0)
                screen_pull_lines(s, g, (uint32_t) -cut);
        cut = MAX((int64_t) row - cut, 0);
        cursor->row = (uint32_t) MIN(cut, (int64_t) rows - 1);
        return 0;
}

int screen_resize(Screen *s, uint32_t rows, uint32_t columns) {
        bool alternate = screen_is_alternate(s);
        int r;

        if (rows == 0 || columns == 0 || rows > SCREEN_ROWS_MAX || columns > SCREEN_COLUMNS_MAX)
                return -ERANGE;
        if (rows == s->rows && columns == s->columns)
                return 0;
        r = screen_resize_tabs(s, columns);
        if (r < 0)
                return r;
        r = screen_resize_grid(s, MAIN, rows, columns, alternate ? &s->saved[MAIN] : &s->cursor);
        if (r < 0)
                return r;
        if (alternate && screen_resize_grid(s, ALTERNATE, rows, columns, &s->cursor) < 0)
                (void) screen_show_alternate(s, false);
        /* The margins go, and with them what was to wrap at one. */
        if (columns != s->columns || s->cursor.column + 1 < columns)
                s->pending_wrap = false;
        s->rows = rows;
        s->columns = columns;
        s->top = s->left = 0;
        s->bottom = rows;
        s->right = columns;
        s->cursor.column = MIN(s->cursor.column, columns - 1);
        for (size_t i = 0; i < ELEMENTSOF(s->saved); i++) {
                s->saved[i].row = MIN(s->saved[i].row, rows - 1);
                s->saved[i].column = MIN(s->saved[i].column, columns - 1);
        }
        screen_report_size(s);
        return 0;
}
