/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A line as the bytes that print it. Cells that were never written are passed over, not printed as blanks:
 * so they are the same afterwards, and what is selected and copied from the screen is too. */

#include "keeper/screen/line-text.h"

/* Nothing that could be seen: neither a character nor a background. */
static bool cell_is_clear(const Cell *c) {
        return c->glyph == 0 && style_is_default(&c->style);
}

LineShape cells_shape(const Cell *cells, uint32_t n, bool wrapped) {
        if (n > 0 && (cells[n - 1].glyph & GLYPH_WIDE))
                n--; /* only its first half is there */
        while (n > 0 && cell_is_clear(cells + n - 1))
                n--;
        if (n == 0)
                return (LineShape){ 0 };
        return (LineShape){
                .width = n & 0x7ffffffU,
                .wrapped = wrapped && cells[n - 1].glyph != 0,
                .printed = cells[0].glyph != 0,
                .wide = cells[0].glyph & GLYPH_WIDE,
                .colored = cells[0].style.background != COLOR_DEFAULT,
        };
}

LineShape line_shape(const Line *line, uint32_t n_columns) {
        if (!line)
                return (LineShape){ 0 };
        return cells_shape(line->cells, MIN(line->used, n_columns), line->wrapped);
}

void glyph_write(TextWriter *w, uint32_t glyph, const ClusterTable *clusters) {
        uint32_t codes[CLUSTER_CODES_MAX];
        unsigned n;

        n = cluster_codes(clusters, glyph, codes);
        for (unsigned i = 0; i < n; i++)
                text_writer_character(w, codes[i]);
}

/* From cells[i] on, as far as they are plain ASCII of one style. Returns where they end. */
static uint32_t write_ascii(TextWriter *w, const Cell *cells, uint32_t i, uint32_t width) {
        const Style style = cells[i].style;
        char *p = text_writer_room(w, width - i);
        uint32_t n = 0;

        if (!p)
                return width;
        do
                p[n++] = (char) cells[i++].glyph;
        while (i < width && cells[i].glyph - 0x20 < 0x5f && style_equal(&cells[i].style, &style));
        w->size += n;
        return i;
}

/* n empty cells of one style: the background, if it has one, and the way across. */
static void write_gap(TextWriter *w, uint32_t n, const Style *style) {
        if (style->background != COLOR_DEFAULT) {
                text_writer_text(w, "\x1b[");
                text_writer_number(w, n);
                text_writer_byte(w, 'X');
        }
        text_writer_text(w, "\x1b[");
        if (n > 1)
                text_writer_number(w, n);
        text_writer_byte(w, 'C');
}

void cells_write(
        TextWriter *w, const Cell *cells, uint32_t n, const ClusterTable *clusters, const LinkTable *links) {
        const Style none = { 0 };
        Style pen = { 0 };

        for (uint32_t i = 0; i < n;) {
                const Cell *c = cells + i;

                if (!style_equal(&c->style, &pen)) {
                        link_write(w, links, &pen, &c->style);
                        pen = c->style;
                }
                if (c->glyph - 0x20 < 0x5f)
                        i = write_ascii(w, cells, i, n);
                else if (c->glyph == 0) {
                        uint32_t gap = 1;

                        while (i + gap < n && c[gap].glyph == 0 && style_equal(&c[gap].style, &pen))
                                gap++;
                        write_gap(w, gap, &pen);
                        i += gap;
                } else {
                        glyph_write(w, c->glyph, clusters);
                        i += c->glyph & GLYPH_WIDE ? 2 : 1;
                }
        }
        if (!style_equal(&pen, &none))
                link_write(w, links, &pen, &none);
}
