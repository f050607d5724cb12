/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tables on the terminal. */

#include <libsmartcols.h>

#include "ctl/text/format.h"
#include "ctl/text/table.h"
#include "shared/text.h"

#define CELL_MAX        4096
#define COLUMN_MIN      8
#define COLUMNS_BETWEEN 1

struct Table {
        const TableColumn *columns;
        size_t n_columns;
        char **cells; /* line by line */
        size_t n_lines;
};

Table *table_new(const TableColumn *columns, size_t n_columns) {
        Table *t = malloc(sizeof(*t));

        if (t)
                *t = (Table){ .columns = columns, .n_columns = n_columns };
        return t;
}

Table *table_free(Table *t) {
        if (!t)
                return NULL;
        for (size_t i = 0; i < t->n_lines * t->n_columns; i++)
                free(t->cells[i]);
        free(t->cells);
        free(t);
        return NULL;
}

int table_add(Table *t, const char *const *cells) {
        char **grown = reallocarray(t->cells, (t->n_lines + 1) * t->n_columns, sizeof(char *));

        if (!grown)
                return -ENOMEM;
        t->cells = grown;
        for (size_t i = 0; i < t->n_columns; i++) {
                char *copy = text_sanitize(isempty(cells[i]) ? "-" : cells[i], CELL_MAX);

                if (!copy) {
                        while (i > 0)
                                free(grown[t->n_lines * t->n_columns + --i]);
                        return -ENOMEM;
                }
                grown[t->n_lines * t->n_columns + i] = copy;
        }
        t->n_lines++;
        return 0;
}

static size_t column_width(const Table *t, size_t column, bool with_header) {
        size_t width = with_header ? text_columns(t->columns[column].name) : 1;

        for (size_t line = 0; line < t->n_lines; line++)
                width = MAX(width, text_columns(t->cells[line * t->n_columns + column]));
        return width;
}

/* libsmartcols cuts without a trace; so what has to be shorter is cut here. */
static int table_shrink(Table *t, size_t width, bool with_header) {
        size_t total = 0;

        for (size_t i = 0; i < t->n_columns; i++)
                total += (i > 0 ? COLUMNS_BETWEEN : 0) + column_width(t, i, with_header);
        for (size_t i = 0; i < t->n_columns && total > width; i++) {
                size_t own, target;

                if (!t->columns[i].shrink)
                        continue;
                own = column_width(t, i, with_header);
                if (own <= COLUMN_MIN)
                        continue;
                target = own - MIN(own - COLUMN_MIN, total - width);
                total -= own - target;
                for (size_t line = 0; line < t->n_lines; line++) {
                        char **cell = &t->cells[line * t->n_columns + i];
                        char *cut = text_ellipsize(*cell, target);

                        if (!cut)
                                return -ENOMEM;
                        free(*cell);
                        *cell = cut;
                }
        }
        return 0;
}

int table_print(Table *t, FILE *f, size_t width, bool with_header) {
        struct libscols_table *table;
        int r;

        if (width > 0) {
                r = table_shrink(t, width, with_header);
                if (r < 0)
                        return r;
        }
        table = scols_new_table();
        if (!table)
                return -ENOMEM;

        r = scols_table_enable_noheadings(table, !with_header);
        if (r >= 0)
                r = scols_table_set_stream(table, f);
        if (r >= 0)
                r = scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
        /* A header takes its width also when it is not shown. */
        for (size_t i = 0; r >= 0 && i < t->n_columns; i++)
                if (!scols_table_new_column(table, with_header ? t->columns[i].name : "", 0,
                            t->columns[i].right ? SCOLS_FL_RIGHT : 0))
                        r = -ENOMEM;
        for (size_t i = 0; r >= 0 && i < t->n_lines; i++) {
                struct libscols_line *line = scols_table_new_line(table, NULL);

                r = line ? 0 : -ENOMEM;
                for (size_t k = 0; r >= 0 && k < t->n_columns; k++)
                        r = scols_line_set_data(line, k, t->cells[i * t->n_columns + k]);
        }
        if (r >= 0)
                r = scols_print_table(table);
        scols_unref_table(table);
        return r;
}
