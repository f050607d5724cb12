/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines of a stream, of bounded length. */

#include "shared/macros.h"

#define LINE_SIZE_MAX (UINT32_C(1) << 30)

typedef struct LineReader {
        int fd; /* not the reader's to close */
        char *buffer;
        size_t size, allocated;
        size_t at;      /* where the next line begins */
        size_t scanned; /* no line ends before this */
} LineReader;

/* Waits for the next line, which lies in the reader until the next call, without its end, but with a NUL
 * behind it. 1; 0: the stream ended (a line that has no end is not given); -EFBIG: a line is too long;
 * -ENOMEM; -errno of reading. */
int line_read(LineReader *l, char **ret_line, size_t *ret_size);
void line_reader_done(LineReader *l);

#define _cleanup_line_reader_ _cleanup_(line_reader_done)
