/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Splits a stream into lines. */

#include <unistd.h>

#include "ctl/text/line-reader.h"

#define READ_SIZE (UINT32_C(256) * 1024)

/* Makes space behind what is there: first that of lines that were read. */
static int make_space(LineReader *l) {
        size_t wanted;
        char *grown;

        if (l->at > 0) {
                memmove(l->buffer, l->buffer + l->at, l->size - l->at);
                l->size -= l->at;
                l->scanned -= l->at;
                l->at = 0;
        }
        if (l->allocated - l->size >= READ_SIZE)
                return 0;
        if (l->size >= LINE_SIZE_MAX)
                return -EFBIG;
        wanted = MAX(2 * l->allocated, l->size + READ_SIZE);
        grown = realloc(l->buffer, wanted);
        if (!grown)
                return -ENOMEM;
        l->buffer = grown;
        l->allocated = wanted;
        return 0;
}

static int read_more(LineReader *l) {
        ssize_t n;
        int r;

        r = make_space(l);
        if (r < 0)
                return r;
        do
                n = read(l->fd, l->buffer + l->size, l->allocated - l->size);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return errno == ECONNRESET ? 0 : -errno;
        l->size += (size_t) n;
        return n > 0;
}

int line_read(LineReader *l, char **ret_line, size_t *ret_size) {
        for (;;) {
                char *newline = l->size > l->scanned
                        ? memchr(l->buffer + l->scanned, '\n', l->size - l->scanned)
                        : NULL;
                int r;

                if (newline) {
                        *newline = 0;
                        *ret_line = l->buffer + l->at;
                        *ret_size = (size_t) (newline - *ret_line);
                        l->at = l->scanned = (size_t) (newline + 1 - l->buffer);
                        return 1;
                }
                l->scanned = l->size;
                r = read_more(l);
                if (r <= 0)
                        return r;
        }
}

void line_reader_done(LineReader *l) {
        free(l->buffer);
        *l = (LineReader){};
}
