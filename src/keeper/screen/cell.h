/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One character position of a terminal and how it looks: 16 bytes, and all zero when it is empty. */

#include "shared/macros.h"

/* A colour is one of these kinds, and a value of 24 bits. BASIC is one of the 16 colours that have an SGR
 * number of their own: terminals may show them brighter when bold, which they do not do with the same colour
 * of the 256. */
#define COLOR_DEFAULT    0U
#define COLOR_BASIC(n)   (0x1000000U | (uint32_t) (n))
#define COLOR_INDEXED(n) (0x2000000U | (uint32_t) (n))
#define COLOR_RGB(value) (0x3000000U | (uint32_t) (value))
#define COLOR_KIND(c)    ((c) &0x3000000U)
#define COLOR_VALUE(c)   ((c) &0xffffffU)

/* SGR 4:n */
typedef enum Underline {
        UNDERLINE_NONE,
        UNDERLINE_SINGLE,
        UNDERLINE_DOUBLE,
        UNDERLINE_CURLY,
        UNDERLINE_DOTTED,
        UNDERLINE_DASHED,
        _UNDERLINE_MAX,
} Underline;

typedef struct Style {
        uint32_t foreground : 26;
        uint32_t bold : 1;
        uint32_t dim : 1;
        uint32_t italic : 1;
        uint32_t blink : 1;
        uint32_t inverse : 1;
        uint32_t invisible : 1;

        uint32_t background : 26;
        uint32_t strike : 1;
        uint32_t overline : 1;
        uint32_t guarded : 1; /* DECSCA: selective erase leaves it */
        uint32_t underline : 3;

        uint32_t underline_color : 26; /* of kind BASIC, which it cannot be: an entry of links.h */
        uint32_t spare : 6;            /* zero */
} Style;

static_assert(sizeof(Style) == 12, "a style is compared as 12 bytes");

static inline bool style_equal(const Style *a, const Style *b) {
        return memcmp(a, b, sizeof(*a)) == 0;
}

static inline bool style_is_default(const Style *a) {
        return style_equal(a, &(const Style){ 0 });
}

/* What a cell shows: a code point, or the number of a cluster (cluster.h), with flags. 0: nothing was ever
 * written there, or it was erased; then only the background of the style counts. */
#define GLYPH_VALUE   0x1fffffU
#define GLYPH_CLUSTER 0x200000U /* the value is the number of a cluster */
#define GLYPH_WIDE    0x400000U /* takes this cell and the next, which is GLYPH_TAIL with the same style */
#define GLYPH_TAIL    0x800000U

typedef struct Cell {
        uint32_t glyph;
        Style style;
} Cell;

static_assert(sizeof(Cell) == 16, "cells are many");
