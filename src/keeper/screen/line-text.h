/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A line as the bytes that print it: from the first column, with a pen that is default, and without a link,
 * before and after. The cursor ends behind the last character that was printed. */

#include "keeper/screen/cluster.h"
#include "keeper/screen/links.h"
#include "keeper/vt/text-writer.h"

/* What of a line matters to the lines around it. */
typedef struct LineShape {
        uint32_t width : 27; /* cells, without what cannot be seen behind the last that can */
        bool wrapped : 1;    /* it was full, and the text goes on in the next line */
        bool printed : 1;    /* the first cell is not empty */
        bool wide : 1;       /* the first cell has a wide character */
        bool colored : 1;    /* the first cell has a background */
        bool continues : 1;  /* the text began in the line before; the caller has to know */
} LineShape;

/* The shape of n cells; wrapped: of their line. */
LineShape cells_shape(const Cell *cells, uint32_t n, bool wrapped);

/* The shape of the first n_columns cells. line may be NULL. */
LineShape line_shape(const Line *line, uint32_t n_columns);

/* Writes cells, as many as the shape is wide. */
void cells_write(
        TextWriter *w, const Cell *cells, uint32_t n, const ClusterTable *clusters, const LinkTable *links);

/* Writes one character that is not empty. */
void glyph_write(TextWriter *w, uint32_t glyph, const ClusterTable *clusters);

/* Does printing a and then b make the terminal wrap from the one to the other by itself, as it did when they
 * were first printed? Then they are one line for whoever selects text. */
static inline bool lines_join(LineShape a, LineShape b, uint32_t n_columns) {
        return a.wrapped && b.continues && b.printed &&
                (a.width == n_columns || (b.wide && !b.colored && a.width + 1U == n_columns));
}
