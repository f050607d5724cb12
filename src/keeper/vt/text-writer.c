/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A text that grows. */

#include <stdarg.h>
#include <stdio.h>

#include "keeper/vt/text-writer.h"

#define FORMAT_MAX 256

void text_writer_done(TextWriter *w) {
        free(w->data);
        *w = (TextWriter){ 0 };
}

char *text_writer_grow(TextWriter *w, size_t n) {
        size_t allocated;
        char *data;

        if (w->failed)
                return NULL;
        if (w->allocated - w->size >= n)
                return w->data + w->size;
        allocated = MAX(w->allocated * 2, w->size + n + 64);
        data = realloc(w->data, allocated);
        if (!data) {
                w->failed = true;
                return NULL;
        }
        w->data = data;
        w->allocated = allocated;
        return data + w->size;
}

void text_writer_bytes(TextWriter *w, const void *data, size_t n) {
        char *p;

        if (n == 0)
                return;
        p = text_writer_room(w, n);
        if (p) {
                memcpy(p, data, n);
                w->size += n;
        }
}

void text_writer_text(TextWriter *w, const char *text) {
        text_writer_bytes(w, text, strlen(text));
}

void text_writer_format(TextWriter *w, const char *format, ...) {
        char *p = text_writer_room(w, FORMAT_MAX);
        va_list list;
        int n;

        if (!p)
                return;
        va_start(list, format);
        n = vsnprintf(p, FORMAT_MAX, format, list);
        va_end(list);
        assert(n >= 0 && n < FORMAT_MAX);
        w->size += (size_t) n;
}

void text_writer_number(TextWriter *w, uint32_t n) {
        char digits[10];
        unsigned i = sizeof(digits);

        do
                digits[--i] = (char) ('0' + n % 10);
        while ((n /= 10) > 0);
        text_writer_bytes(w, digits + i, sizeof(digits) - i);
}

void text_writer_character(TextWriter *w, uint32_t code) {
        char *p = text_writer_room(w, 4);

        if (!p)
                return;
        if (code < 0x80)
                p[0] = (char) code;
        else if (code < 0x800) {
                p[0] = (char) (0xc0 | code >> 6);
                p[1] = (char) (0x80 | (code & 0x3f));
        } else if (code < 0x10000) {
                p[0] = (char) (0xe0 | code >> 12);
                p[1] = (char) (0x80 | (code >> 6 & 0x3f));
                p[2] = (char) (0x80 | (code & 0x3f));
        } else {
                p[0] = (char) (0xf0 | code >> 18);
                p[1] = (char) (0x80 | (code >> 12 & 0x3f));
                p[2] = (char) (0x80 | (code >> 6 & 0x3f));
                p[3] = (char) (0x80 | (code & 0x3f));
        }
        w->size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
