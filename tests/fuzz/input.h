/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What fuzz targets share: taking an input apart, and calling a broken promise one. */

#include <stdio.h>

#include "shared/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Input {
        const uint8_t *data;
        size_t size;
} Input;

/* Not assert(), which a build may leave out. */
#define promise(condition)                                                                              \
        do {                                                                                            \
                if (!(condition)) {                                                                     \
                        fprintf(stderr, "%s:%i: broken promise: %s\n", __FILE__, __LINE__, #condition); \
                        abort();                                                                        \
                }                                                                                       \
        } while (false)

/* The next byte; 0 at the end. */
static inline uint8_t input_byte(Input *in) {
        if (in->size == 0)
                return 0;
        in->size--;
        return *in->data++;
}

/* The next n bytes as a number. */
static inline uint64_t input_number(Input *in, unsigned n) {
        uint64_t number = 0;

        while (n-- > 0)
                number = number << 8 | input_byte(in);
        return number;
}

/* The bytes up to the next NUL, or all: a copy that ends where it ends, so that a reader who goes too far is
 * noticed. */
static inline char *input_string(Input *in) {
        const uint8_t *end = in->size > 0 ? memchr(in->data, 0, in->size) : NULL;
        size_t length = end ? (size_t) (end - in->data) : in->size;
        char *s = malloc(length + 1);

        promise(s);
        if (length > 0)
                memcpy(s, in->data, length);
        s[length] = 0;
        in->data += length;
        in->size -= length;
        (void) input_byte(in);
        return s;
}
