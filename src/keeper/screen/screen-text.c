/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a screen shows, for people and pipes. */

#include "keeper/screen/screen-state.h"

/* Sequences of line-text.h: where one ends, and the number in it. Links end in ST. */
static const char *read_sequence(const char *p, const char *end, uint32_t *ret_n) {
        *ret_n = 0;
        if (p + 1 < end && p[1] == ']') {
                p = memmem(p, (size_t) (end - p), "\x1b\\", 2);
                return p ? p + 1 : end;
        }
        for (p += 2; p < end && (*p < 0x40 || *p > 0x7e); p++)
                *ret_n = *p >= '0' && *p <= '9' ? *ret_n * 10 + (uint32_t) (*p - '0') : 0;
        return p;
}

/* Rewrites a line so that nothing in it moves a cursor: gaps become spaces. */
static void write_readable(TextWriter *w, const char *text, size_t size, bool styles) {
        const char *p = text, *end = text + size;

        while (p < end) {
                const char *escape = memchr(p, 0x1b, (size_t) (end - p)), *last;
                uint32_t n;

                text_writer_bytes(w, p, (size_t) ((escape ? escape : end) - p));
                if (!escape)
                        return;
                last = read_sequence(escape, end, &n);
                if (last >= end)
                        return;
                if (*last == 'C') {
                        n = MAX(n, 1U);
                        p = text_writer_room(w, n);
                        if (p) {
                                memset(w->data + w->size, ' ', n);
                                w->size += n;
                        }
                } else if (*last == 'm' && styles)
                        text_writer_bytes(w, escape, (size_t) (last + 1 - escape));
                p = last + 1;
        }
}

typedef struct Lines {
        TextWriter *w;
        uint32_t n_columns;
        ScreenTextFlags flags;
        LineShape above;
        bool begun;
        size_t end; /* of the last line that is not empty */
} Lines;

static void lines_add(Lines *l, const ScrollbackLine *line) {
        size_t before;

        if (l->begun && !((l->flags & SCREEN_TEXT_JOIN) && lines_join(l->above, line->shape, l->n_columns)))
                text_writer_byte(l->w, '\n');
        l->begun = true;
        l->above = line->shape;
        before = l->w->size;
        if (line->size > 0)
                write_readable(l->w, line->text, line->size, l->flags & SCREEN_TEXT_STYLES);
        if (l->w->size > before)
                l->end = l->w->size;
}

int screen_text(const Screen *s, uint32_t scrollback, ScreenTextFlags flags, ByteQueue *out) {
        _cleanup_text_writer_ TextWriter w = { 0 }, line = { 0 };
        Lines lines = { .w = &w, .n_columns = s->columns, .flags = flags };
        ScrollbackPosition position = scrollback_seek(&s->scrollback, scrollback);
        ScrollbackLine record;

        while (scrollback > 0 && scrollback_next(&position, &record))
                lines_add(&lines, &record);

        for (uint32_t row = 0; row < s->rows; row++) {
                record = (ScrollbackLine){ .shape = line_shape(s->grid->rows[row], s->columns) };
                record.shape.continues = grid_continues(s->grid, row);
                line.size = 0;
                if (record.shape.width > 0)
                        cells_write(&line, s->grid->rows[row]->cells, record.shape.width, &s->clusters,
                                s->links);
                record.text = line.data;
                record.size = line.size;
                lines_add(&lines, &record);
        }
        if (w.failed || line.failed)
                return -ENOMEM;
        if (lines.end == 0)
                return 0;
        w.size = lines.end;
        text_writer_byte(&w, '\n');
        return w.failed ? -ENOMEM : byte_queue_append(out, w.data, w.size);
}
