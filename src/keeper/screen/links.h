/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Hyperlinks (OSC 8) of cells. There is no room in a cell for one, and few cells have one: so a style with a
 * link has, where its underline's colour would be, the number of an entry that has both. Entries are
 * collected, not counted: when there are many, those that no cell has any more are forgotten. */

#include "keeper/screen/grid.h"
#include "keeper/vt/text-writer.h"

#define LINKS_MAX      8192U
#define LINK_TEXT_MAX  2400U /* bytes; terminals take URIs of 2083 */
#define LINK_BYTES_MAX (4U * 1024U * 1024U)

typedef struct Link {
        uint32_t hash;
        uint32_t underline_color; /* that of the style */
        char *text;               /* "id=NAME;URI" or ";URI": what goes behind OSC 8; */
} Link;

typedef struct LinkTable {
        Link *links;
        uint32_t n;
        uint32_t allocated;
        size_t bytes;
        bool is_borrowed; /* by a screen that knows only some of the cells: nothing is forgotten meanwhile */
} LinkTable;

void link_table_done(LinkTable *t);

/* The pen gets the link of OSC 8;text, or none if that has no URI, or there is no room. grids: all cells
 * with links. */
void link_open(LinkTable *t, Grid *grids, size_t n_grids, Style *pen, const char *text, size_t size);

/* The pen becomes as plain, which has no link, and keeps its own. */
void link_restyle(LinkTable *t, Grid *grids, size_t n_grids, Style *pen, const Style *plain);

/* The style without its link, and the link: NULL if there is none; the table's. */
Style link_plain(const LinkTable *t, const Style *style);
const char *link_text(const LinkTable *t, const Style *style);

/* As sgr_write(), with links. */
void link_write(TextWriter *w, const LinkTable *t, const Style *from, const Style *to);

static inline bool style_has_link(const Style *style) {
        return COLOR_KIND(style->underline_color) == COLOR_BASIC(0);
}
