/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The cells of a screen: lines that are allocated when they are written. */

#include "keeper/screen/grid.h"

#define LINE_CELLS_MIN 16U

int grid_init(Grid *g, uint32_t n_rows, uint32_t n_columns, size_t *budget) {
        Line **storage;

        storage = calloc((size_t) n_rows * 2, sizeof(*storage));
        if (!storage)
                return -ENOMEM;
        *g = (Grid){
                .rows = storage,
                .storage = storage,
                .n_rows = n_rows,
                .n_columns = n_columns,
                .budget = budget,
        };
        return 0;
}

Line *grid_free_line(Grid *g, Line *line) {
        if (line) {
                *g->budget += line->allocated;
                free(line);
        }
        return NULL;
}

void grid_done(Grid *g) {
        for (uint32_t row = 0; row < g->n_rows; row++)
                (void) grid_free_line(g, g->rows[row]);
        free(g->storage);
        *g = (Grid){ 0 };
}

Line *grid_take(Grid *g, uint32_t row) {
        return TAKE_PTR(g->rows[row]);
}

void grid_put(Grid *g, uint32_t row, Line *line) {
        (void) grid_free_line(g, g->rows[row]);
        g->rows[row] = line;
}

/* Gives a line room for n cells. */
static Line *grid_grow(Grid *g, uint32_t row, uint32_t n) {
        Line *line = g->rows[row];
        uint32_t old = line ? line->allocated : 0, allocated;

        allocated = MAX(old * 2, LINE_CELLS_MIN);
        allocated = MIN(allocated, g->n_columns);
        allocated = MAX(allocated, n);
        if (allocated - old > *g->budget)
                return NULL;
        line = realloc(line, sizeof(*line) + allocated * sizeof(Cell));
        if (!line)
                return NULL;
        if (old == 0)
                *line = (Line){ 0 };
        line->allocated = allocated;
        *g->budget -= allocated - old;
        g->rows[row] = line;
        return line;
}

/* A line with room for n cells. */
static inline Line *grid_reserve(Grid *g, uint32_t row, uint32_t n) {
        Line *line = g->rows[row];

        return line && n <= line->allocated ? line : grid_grow(g, row, n);
}

/* What is left of a cell whose character went: its background. */
static void cell_empty(Cell *c) {
        *c = (Cell){ .style.background = c->style.background };
}

/* What is beyond the last column goes once the row is written. */
static void line_trim(const Grid *g, Line *line) {
        if (line->used <= g->n_columns)
                return;
        line->used = g->n_columns;
        line->wrapped = false;
        if (line->cells[line->used - 1].glyph & GLYPH_WIDE)
                cell_empty(line->cells + line->used - 1);
}

/* The text of a row is no longer that of the line above. */
static void grid_break(Grid *g, uint32_t row) {
        if (row == 0)
                g->continues = false;
        else if (g->rows[row - 1])
                g->rows[row - 1]->wrapped = false;
}

static bool grid_has_character_across(const Grid *g, uint32_t row, uint32_t column) {
        const Line *line = g->rows[row];

        return column > 0 && column < line->used && (line->cells[column].glyph & GLYPH_TAIL);
}

/* Empties the character across the beginning of column. */
static void grid_cut_character(Grid *g, uint32_t row, uint32_t column) {
        Line *line = g->rows[row];

        cell_empty(line->cells + column - 1);
        cell_empty(line->cells + column);
        if (column + 1 == g->n_columns)
                line->wrapped = false;
}

/* Makes column the beginning of a cell. */
static inline void grid_split(Grid *g, uint32_t row, uint32_t column) {
        if (!grid_has_character_across(g, row, column))
                return;
        grid_cut_character(g, row, column);
        if (column == 1)
                grid_break(g, row);
}

/* The same, where the cells before column are about to be written: what continues in this line goes on
 * to. */
static inline void grid_split_after(Grid *g, uint32_t row, uint32_t column) {
        if (grid_has_character_across(g, row, column))
                grid_cut_character(g, row, column);
}

Cell *grid_write(Grid *g, uint32_t row, uint32_t from, uint32_t to) {
        Line *line;

        line = grid_reserve(g, row, to);
        if (!line)
                return NULL;
        if (line->used > g->n_columns)
                line_trim(g, line);
        if (from > line->used)
                memset(line->cells + line->used, 0, (from - line->used) * sizeof(Cell));
        else {
                grid_split(g, row, from);
                grid_split_after(g, row, to);
        }
        if (to > line->used)
                line->used = to;
        if (to == g->n_columns)
                line->wrapped = false;
        return line->cells + from;
}

void grid_erase(Grid *g, uint32_t row, uint32_t from, uint32_t to, Style blank, bool keep_guarded) {
        Line *line = g->rows[row];
        Cell *cells;

        if (line && line->used > g->n_columns)
                line_trim(g, line);
        if (from >= to)
                return;
        if (from == 0)
                grid_break(g, row);
        if (line && to >= g->n_columns)
                line->wrapped = false;
        if (style_is_default(&blank)) {
                if (!line)
                        return;
                if (from >= line->used)
                        return;
                if (to >= line->used && !keep_guarded) {
                        grid_split(g, row, from);
                        line->used = from;
                        return;
                }
                to = MIN(to, line->used);
        }
        if (keep_guarded) {
                for (uint32_t i = from; i < to; i++) {
                        const Cell *c = grid_cell(g, row, i);

                        if (c && c->style.guarded)
                                continue;
                        cells = grid_write(g, row, i, i + 1);
                        if (cells)
                                *cells = (Cell){ .style = blank };
                }
                return;
        }
        cells = grid_write(g, row, from, to);
        if (cells)
                for (uint32_t i = 0; i < to - from; i++)
                        cells[i] = (Cell){ .style = blank };
}

void grid_erase_rows(Grid *g, uint32_t from, uint32_t to, Style blank, bool keep_guarded) {
        for (uint32_t row = from; row < to; row++)
                grid_erase(g, row, 0, g->n_columns, blank, keep_guarded);
}

void grid_shift(Grid *g, uint32_t row, uint32_t from, uint32_t to, int64_t n, Style blank) {
        uint32_t width = to - from, by;
        Line *line = g->rows[row];
        Cell *cells;

        if (from >= to || n == 0)
                return;
        if (from == 0)
                grid_break(g, row);
        by = (uint32_t) MIN(n < 0 ? -n : n, (int64_t) width);
        if ((!line || line->used <= from) && style_is_default(&blank))
                return;
        if (n < 0 && line && line->used < to && to == g->n_columns && style_is_default(&blank))
                to = MAX(line->used, from + by); /* nothing but empty cells come in from behind */
        width = to - from;
        line = grid_reserve(g, row, to);
        if (!line)
                return;
        line_trim(g, line);
        if (line->used < to) {
                memset(line->cells + line->used, 0, (to - line->used) * sizeof(Cell));
                line->used = to;
        }
        line->wrapped = line->wrapped && to < g->n_columns;
        grid_split(g, row, from);
        grid_split(g, row, to);
        grid_split(g, row, n > 0 ? to - by : from + by);
        cells = line->cells + from;
        if (n > 0)
                memmove(cells + by, cells, (width - by) * sizeof(Cell));
        else
                memmove(cells, cells + by, (width - by) * sizeof(Cell));
        for (uint32_t i = 0; i < by; i++)
                cells[n > 0 ? i : width - by + i] = (Cell){ .style = blank };
}

/* The lines of the whole width: only pointers move. */
static void scroll_lines(Grid *g, uint32_t top, uint32_t bottom, uint32_t by, bool up, Style blank) {
        uint32_t height = bottom - top, first_row = top, end_row = bottom;
        Line **rows = g->rows + top;

        grid_break(g, top);
        if (by == 1 && up && height == g->n_rows) { /* the common case */
                Line *line = rows[0];

                if (g->rows + g->n_rows == g->storage + (size_t) g->n_rows * 2) {
                        memmove(g->storage, g->rows + 1, (g->n_rows - 1) * sizeof(Line *));
                        g->rows = g->storage;
                } else
                        g->rows++;
                g->rows[g->n_rows - 1] = line;
                top = bottom - 1;
        } else {
                Line *moved[64];

                for (uint32_t left = by; left > 0;) {
                        uint32_t n = MIN(left, (uint32_t) ELEMENTSOF(moved)), rest = height - n;

                        if (up) {
                                memcpy(moved, rows, n * sizeof(Line *));
                                memmove(rows, rows + n, rest * sizeof(Line *));
                                memcpy(rows + rest, moved, n * sizeof(Line *));
                        } else {
                                memcpy(moved, rows + rest, n * sizeof(Line *));
                                memmove(rows + n, rows, rest * sizeof(Line *));
                                memcpy(rows, moved, n * sizeof(Line *));
                        }
                        left -= n;
                }
                top = up ? bottom - by : top;
                bottom = top + by;
        }
        /* What is now above the lines that came in, and above what did not move. */
        if (up && top > first_row)
                grid_break(g, top);
        if (end_row < g->n_rows)
                grid_break(g, end_row);
        for (uint32_t row = top; row < bottom; row++) {
                if (g->rows[row]) {
                        g->rows[row]->used = 0;
                        g->rows[row]->wrapped = false;
                }
                if (!style_is_default(&blank))
                        grid_erase(g, row, 0, g->n_columns, blank, false);
        }
}

/* Copies the cells [left, right) of one row to another. */
static void copy_cells(Grid *g, uint32_t from_row, uint32_t to_row, uint32_t left, uint32_t right) {
        Line *from = g->rows[from_row];
        uint32_t end;
        Cell *cells;

        if (from)
                line_trim(g, from);
        end = from ? MIN(from->used, right) : 0;
        grid_erase(g, to_row, left, right, (Style){ 0 }, false);
        if (end <= left)
                return;
        grid_split(g, from_row, left);
        grid_split(g, from_row, right);
        cells = grid_write(g, to_row, left, end);
        if (cells)
                memcpy(cells, g->rows[from_row]->cells + left, (end - left) * sizeof(Cell));
}

void grid_scroll(Grid *g, Rectangle area, int64_t n, Style blank) {
        uint32_t height, by;

        if (area.top >= area.bottom || area.left >= area.right || n == 0)
                return;
        height = area.bottom - area.top;
        by = (uint32_t) MIN(n < 0 ? -n : n, (int64_t) height);
        if (area.left == 0 && area.right == g->n_columns) {
                scroll_lines(g, area.top, area.bottom, by, n > 0, blank);
                return;
        }
        for (uint32_t i = 0; i < height - by; i++) {
                if (n > 0)
                        copy_cells(g, area.top + i + by, area.top + i, area.left, area.right);
                else
                        copy_cells(g, area.bottom - 1 - i - by, area.bottom - 1 - i, area.left, area.right);
        }
        for (uint32_t i = 0; i < by; i++)
                grid_erase(
                        g, n > 0 ? area.bottom - 1 - i : area.top + i, area.left, area.right, blank, false);
}

int grid_resize(Grid *g, uint32_t n_rows, uint32_t n_columns, int64_t cut_top) {
        Line **storage;

        if (n_rows != g->n_rows || cut_top != 0) {
                storage = calloc((size_t) n_rows * 2, sizeof(*storage));
                if (!storage)
                        return -ENOMEM;
                for (uint32_t row = 0; row < g->n_rows; row++) {
                        int64_t to = (int64_t) row - cut_top;

                        if (to >= 0 && to < n_rows)
                                storage[to] = g->rows[row];
                        else
                                (void) grid_free_line(g, g->rows[row]);
                }
                free(g->storage);
                g->storage = storage;
                g->rows = storage;
                g->n_rows = n_rows;
        }
        /* A line that was full is not so any more. */
        for (uint32_t row = 0; n_columns > g->n_columns && row < n_rows; row++)
                if (g->rows[row])
                        g->rows[row]->wrapped = false;
        if (g->rows[n_rows - 1])
                g->rows[n_rows - 1]->wrapped = false;
        g->n_columns = n_columns;
        return 0;
}
