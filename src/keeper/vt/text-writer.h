/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A text that grows. Running out of memory is remembered, and all that is written after it is dropped. */

#include "shared/macros.h"

typedef struct TextWriter {
        char *data;
        size_t size;
        size_t allocated;
        bool failed;
} TextWriter;

void text_writer_done(TextWriter *w);

/* Where n bytes can be written, which are then to be counted in size; NULL if there is no memory. */
char *text_writer_grow(TextWriter *w, size_t n);

void text_writer_bytes(TextWriter *w, const void *data, size_t n);
void text_writer_text(TextWriter *w, const char *text);
void text_writer_format(TextWriter *w, const char *format, ...) _printf_(2, 3);
void text_writer_number(TextWriter *w, uint32_t n);

/* As UTF-8. */
void text_writer_character(TextWriter *w, uint32_t code);

#define _cleanup_text_writer_ _cleanup_(text_writer_done)

/* Where n bytes can be written, as text_writer_grow(). */
static inline char *text_writer_room(TextWriter *w, size_t n) {
        return w->allocated - w->size >= n && !w->failed ? w->data + w->size : text_writer_grow(w, n);
}

static inline void text_writer_byte(TextWriter *w, char c) {
        char *p = text_writer_room(w, 1);

        if (p) {
                *p = c;
                w->size++;
        }
}
