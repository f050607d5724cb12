/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The cells of a screen. A row takes memory only as far as something was written into it, and rows are
 * pointers, so that scrolling moves no cells.
 *
 * Columns and rows count from 0; ranges are [from, to). A character that takes two cells never loses only
 * one: whatever writes into one half empties the other. */

#include "keeper/screen/cell.h"

typedef struct Line {
        uint32_t used;      /* cells; what is behind is empty with the default background */
        uint32_t allocated; /* cells */
        bool wrapped; /* the text goes on in the next line: this one is full, and the next one not empty */
        Cell cells[];
} Line;

typedef struct Grid {
        Line **rows;    /* n_rows of them; NULL is an empty line */
        Line **storage; /* rows points into it; has room for twice as many */
        uint32_t n_rows;
        uint32_t n_columns;
        bool continues; /* the text of the first row began above it */
        size_t *budget; /* cells that may still be allocated; shared with other grids */
} Grid;

typedef struct Rectangle {
        uint32_t top, bottom, left, right; /* [top, bottom), [left, right) */
} Rectangle;

/* budget must outlive the grid. */
int grid_init(Grid *g, uint32_t n_rows, uint32_t n_columns, size_t *budget);
void grid_done(Grid *g);

/* Makes the cells [from, to) of a row writable, and the caller must write all of them. What was kept beyond
 * the last column is gone. Returns the first; NULL if there is no memory, or no budget: then nothing is
 * written. */
Cell *grid_write(Grid *g, uint32_t row, uint32_t from, uint32_t to);

/* Empties cells. blank: the background they have then. With keep_guarded those with DECSCA stay. */
void grid_erase(Grid *g, uint32_t row, uint32_t from, uint32_t to, Style blank, bool keep_guarded);
void grid_erase_rows(Grid *g, uint32_t from, uint32_t to, Style blank, bool keep_guarded);

/* Moves the cells [from, to) of a row by n to the right; n > 0: the last n are lost, n < 0: the first n. */
void grid_shift(Grid *g, uint32_t row, uint32_t from, uint32_t to, int64_t n, Style blank);

/* Scrolls up by n lines; n < 0: down. */
void grid_scroll(Grid *g, Rectangle area, int64_t n, Style blank);

/* The line, to be put back with grid_put(), and an empty one in its place. NULL if it was empty. */
Line *grid_take(Grid *g, uint32_t row);
void grid_put(Grid *g, uint32_t row, Line *line);
Line *grid_free_line(Grid *g, Line *line);

/* Changes the size: cuts or adds empty lines at the top (cut_top > 0: so many are removed, < 0: added) and
 * for the rest at the bottom. Cells beyond the last column stay until their row is written. -ENOMEM: nothing
 * has changed. */
int grid_resize(Grid *g, uint32_t n_rows, uint32_t n_columns, int64_t cut_top);

/* Does the text of a row begin above it? */
static inline bool grid_continues(const Grid *g, uint32_t row) {
        return row == 0 ? g->continues : g->rows[row - 1] && g->rows[row - 1]->wrapped;
}

/* The cell, or NULL if it is beyond what is used. */
static inline const Cell *grid_cell(const Grid *g, uint32_t row, uint32_t column) {
        const Line *line = g->rows[row];

        return line && column < line->used && column < g->n_columns ? line->cells + column : NULL;
}
