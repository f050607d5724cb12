/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hyperlinks of cells. */

#include "keeper/screen/links.h"
#include "keeper/screen/sgr.h"

void link_table_done(LinkTable *t) {
        for (uint32_t i = 0; i < t->n; i++)
                free(t->links[i].text);
        free(t->links);
        *t = (LinkTable){ 0 };
}

static const Link *link_of(const LinkTable *t, const Style *style) {
        return style_has_link(style) ? t->links + COLOR_VALUE(style->underline_color) : NULL;
}

Style link_plain(const LinkTable *t, const Style *style) {
        const Link *link = link_of(t, style);
        Style plain = *style;

        if (link)
                plain.underline_color = link->underline_color & 0x3ffffffU;
        return plain;
}

const char *link_text(const LinkTable *t, const Style *style) {
        const Link *link = link_of(t, style);

        return link ? link->text : NULL;
}

static void renumber(Style *style, const uint32_t *numbers) {
        if (style_has_link(style))
                style->underline_color =
                        COLOR_BASIC(numbers[COLOR_VALUE(style->underline_color)]) & 0x3ffffffU;
}

static void mark(const Style *style, uint32_t *numbers) {
        if (style_has_link(style))
                numbers[COLOR_VALUE(style->underline_color)] = 1;
}

/* Calls one of the two for each style that may have a link. */
static void each_style(Grid *grids, size_t n_grids, Style *pen, uint32_t *numbers, bool marks) {
        for (size_t g = 0; g < n_grids; g++)
                for (uint32_t row = 0; row < grids[g].n_rows; row++) {
                        Line *line = grids[g].rows[row];

                        for (uint32_t i = 0; line && i < line->used; i++)
                                if (marks)
                                        mark(&line->cells[i].style, numbers);
                                else
                                        renumber(&line->cells[i].style, numbers);
                }
        if (marks)
                mark(pen, numbers);
        else
                renumber(pen, numbers);
}

static void collect(LinkTable *t, Grid *grids, size_t n_grids, Style *pen) {
        _cleanup_free_ uint32_t *numbers = NULL;
        uint32_t n = 0;

        numbers = calloc(MAX(t->n, 1U), sizeof(*numbers));
        if (!numbers)
                return;
        each_style(grids, n_grids, pen, numbers, true);
        for (uint32_t i = 0; i < t->n; i++)
                if (numbers[i] != 0) {
                        t->links[n] = t->links[i];
                        numbers[i] = n++;
                } else {
                        t->bytes -= strlen(t->links[i].text);
                        free(t->links[i].text);
                }
        each_style(grids, n_grids, pen, numbers, false);
        t->n = n;
}

/* Makes room for one more. Growing doubles what is in use, so that the walk over all cells is rare. */
static bool make_room(LinkTable *t, Grid *grids, size_t n_grids, Style *pen, size_t size) {
        uint32_t allocated;
        Link *links;

        if (t->n < t->allocated && t->bytes + size <= LINK_BYTES_MAX)
                return true;
        if (!t->is_borrowed)
                collect(t, grids, n_grids, pen);
        allocated = MAX(t->n * 2, 32U);
        allocated = MIN(allocated, LINKS_MAX);
        if (allocated > t->allocated) {
                links = realloc(t->links, allocated * sizeof(*links));
                if (links) {
                        t->links = links;
                        t->allocated = allocated;
                }
        }
        return t->n < t->allocated && t->bytes + size <= LINK_BYTES_MAX;
}

static uint32_t hash_of(const char *text) {
        uint32_t hash = 2166136261U;

        for (; *text; text++)
                hash = (hash ^ (uint8_t) *text) * 16777619U;
        return hash;
}

/* The pen, which is plain but for its old link, gets the link with this text. */
static void give(
        LinkTable *t, Grid *grids, size_t n_grids, Style *pen, const Style *plain, const char *text) {
        uint32_t hash = hash_of(text), i;
        _cleanup_free_ char *copy = NULL;
        size_t size = strlen(text);

        for (i = 0; i < t->n; i++)
                if (t->links[i].hash == hash && t->links[i].underline_color == plain->underline_color &&
                        streq(t->links[i].text, text))
                        break;
        if (i == t->n) {
                copy = strdup(text); /* text may be that of an entry that goes */
                if (!copy || !make_room(t, grids, n_grids, pen, size)) {
                        *pen = *plain;
                        return;
                }
                i = t->n++;
                t->links[i] = (Link){
                        .hash = hash, .underline_color = plain->underline_color, .text = TAKE_PTR(copy)
                };
                t->bytes += size;
        }
        *pen = *plain;
        pen->underline_color = COLOR_BASIC(i) & 0x3ffffffU;
}

/* The value of id among the parameters, which are NAME=VALUE with colons between them. */
static size_t find_id(const char *text, size_t size, const char **ret) {
        for (size_t i = 0; i < size;) {
                const char *end = memchr(text + i, ':', size - i);
                size_t n = (end ? (size_t) (end - text) : size) - i;

                if (n > 3 && memcmp(text + i, "id=", 3) == 0) {
                        *ret = text + i + 3;
                        return n - 3;
                }
                i += n + 1;
        }
        return 0;
}

/* PARAMETERS;URI as it is kept. False: it is none. */
static bool normalize(const char *text, size_t size, char ret[LINK_TEXT_MAX + 8]) {
        const char *uri = memchr(text, ';', size), *id = "";
        size_t n_uri, n_id;

        if (!uri)
                return false;
        n_id = find_id(text, (size_t) (uri - text), &id);
        uri++;
        n_uri = size - (size_t) (uri - text);
        if (n_uri == 0 || n_uri + n_id > LINK_TEXT_MAX - 4)
                return false;
        for (size_t i = 0; i < size; i++)
                if ((uint8_t) text[i] < 0x20)
                        return false;
        if (n_id > 0) {
                memcpy(ret, "id=", 3);
                memcpy(ret + 3, id, n_id);
                n_id += 3;
        }
        ret[n_id] = ';';
        memcpy(ret + n_id + 1, uri, n_uri);
        ret[n_id + 1 + n_uri] = 0;
        return true;
}

void link_open(LinkTable *t, Grid *grids, size_t n_grids, Style *pen, const char *text, size_t size) {
        Style plain = link_plain(t, pen);
        char normal[LINK_TEXT_MAX + 8];

        if (normalize(text, size, normal))
                give(t, grids, n_grids, pen, &plain, normal);
        else
                *pen = plain;
}

void link_restyle(LinkTable *t, Grid *grids, size_t n_grids, Style *pen, const Style *plain) {
        const Link *link = link_of(t, pen);

        if (!link)
                *pen = *plain;
        else if (link->underline_color == plain->underline_color) {
                uint32_t number = pen->underline_color;

                *pen = *plain;
                pen->underline_color = number & 0x3ffffffU;
        } else
                give(t, grids, n_grids, pen, plain, link->text);
}

void link_write(TextWriter *w, const LinkTable *t, const Style *from, const Style *to) {
        const char *before, *now;
        Style a, b;

        if (!style_has_link(from) && !style_has_link(to)) {
                sgr_write(w, from, to);
                return;
        }
        before = link_text(t, from);
        now = link_text(t, to);
        if (!streq_null(before, now)) {
                text_writer_text(w, "\x1b]8;");
                text_writer_text(w, now ? now : ";");
                text_writer_text(w, "\x1b\\");
        }
        a = link_plain(t, from);
        b = link_plain(t, to);
        sgr_write(w, &a, &b);
}
