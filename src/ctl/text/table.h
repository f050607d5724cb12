/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Tables on the terminal, drawn by libsmartcols. */

#include <stdio.h>

#include "shared/macros.h"

typedef struct TableColumn {
        const char *name;
        bool right;  /* numbers */
        bool shrink; /* is cut when the terminal is too narrow */
} TableColumn;

typedef struct Table Table;

/* The columns stay the caller's and must outlive the table. NULL if out of memory. */
Table *table_new(const TableColumn *columns, size_t n_columns);
Table *table_free(Table *t);
DEFINE_CLEANUP(Table *, table_free);
#define _cleanup_table_ _cleanup_(table_free_pointer)

/* Adds a line. Cells are copied, with everything that could harm a terminal replaced; NULL and "" are shown
 * as "-". */
int table_add(Table *t, const char *const *cells);

/* Writes the table, fitted to this many columns (0: as wide as it is). 0 or -errno. */
int table_print(Table *t, FILE *f, size_t width, bool with_header);
