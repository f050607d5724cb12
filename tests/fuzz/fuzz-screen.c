/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Feeds a screen with anything, and holds it to its promise: its picture makes an equal screen, which has
 * the same picture and goes on the same way. And what comes at once makes the same screen as what comes in
 * pieces.
 *
 * An input is rows, columns, lines of scrollback, one byte each, then what the program prints, in which
 * 0xff, which is in no UTF-8, has a meaning by the byte behind it: below 0x80 a new size, two bytes; else a
 * cut: from there on a screen made from the picture sees the rest too, and must end like the first. */

#include <stdio.h>

#include "keeper/screen/screen.h"

#define MARK        0xff
#define PICTURE_MAX (256U * 1024U * 1024U)
#define LINES_MAX   1000000U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ByteQueue picture_of(const Screen *s) {
        ByteQueue q = { .max = PICTURE_MAX };

        if (screen_paint(s, UINT32_MAX, &q) < 0)
                abort();
        return q;
}

static void print_escaped(const char *name, const ByteQueue *q) {
        fprintf(stderr, "%s:", name);
        for (size_t i = 0; i < q->size; i++) {
                uint8_t c = q->data[q->start + i];

                fprintf(stderr, c >= 0x20 && c < 0x7f && c != '\\' ? "%c" : "\\x%02x", c);
        }
        fprintf(stderr, "\n");
}

static void compare(const char *what, const Screen *a, const Screen *b) {
        ByteQueue first = picture_of(a), second = picture_of(b);

        if (first.size != second.size || memcmp(first.data, second.data, first.size) != 0) {
                fprintf(stderr, "%s\n", what);
                print_escaped("first", &first);
                print_escaped("second", &second);
                abort();
        }
        byte_queue_clear(&first);
        byte_queue_clear(&second);
}

static void feed_pieces(Screen *s, const uint8_t *data, size_t size) {
        for (size_t i = 0, n; i < size; i += n) {
                n = MIN(size - i, (size_t) 7);
                screen_feed(s, data + i, n);
        }
}

static Screen *restored(const Screen *s, uint32_t scrollback) {
        ByteQueue picture = picture_of(s);
        Screen *copy;

        if (screen_new(screen_rows(s), screen_columns(s), scrollback, &copy) < 0)
                abort();
        feed_pieces(copy, picture.data, picture.size);
        byte_queue_clear(&picture);
        return copy;
}

static void read_texts(const Screen *s) {
        ByteQueue q = { .max = PICTURE_MAX };

        if (screen_text(s, UINT32_MAX, 0, &q) < 0 ||
                screen_text(s, 3, SCREEN_TEXT_STYLES | SCREEN_TEXT_JOIN, &q) < 0)
                abort();
        byte_queue_clear(&q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_screen_ Screen *s = NULL, *copy = NULL, *last = NULL, *pieces = NULL;
        const uint8_t *p = data + 3, *end = data + size;
        uint32_t scrollback;
        bool narrowed = false;
        char answers[16];

        if (size < 3)
                return 0;
        /* Lines that are wider than the screen come back as several: with a limit, some of those would be
         * too many. */
        scrollback = data[2] < 128 ? LINES_MAX : data[2] - 128U;
        if (screen_new(data[0] % 64 + 1, data[1] % 132 + 1, scrollback, &s) < 0 ||
                screen_new(data[0] % 64 + 1, data[1] % 132 + 1, scrollback, &pieces) < 0)
                abort();
        while (p < end) {
                const uint8_t *mark = memchr(p, MARK, (size_t) (end - p));
                const uint8_t *stop = mark ? mark : end;

                screen_feed(s, p, (size_t) (stop - p));
                feed_pieces(pieces, p, (size_t) (stop - p));
                if (copy)
                        screen_feed(copy, p, (size_t) (stop - p));
                p = stop + 1;
                if (!mark || p >= end)
                        break;
                if (*p >= 0x80 && !copy && !narrowed)
                        copy = restored(s, scrollback);
                else if (*p < 0x80 && end - p >= 2 && scrollback == LINES_MAX) {
                        /* What is kept beyond the right edge is no part of the picture. */
                        copy = screen_free(copy);
                        narrowed = narrowed || p[1] % 132 + 1U < screen_columns(s);
                        if (screen_resize(s, p[0] % 64 + 1, p[1] % 132 + 1) < 0 ||
                                screen_resize(pieces, p[0] % 64 + 1, p[1] % 132 + 1) < 0)
                                abort();
                        p++;
                }
                p++;
        }
        if (copy)
                compare("The screen that was restored goes on in another way.", s, copy);
        compare("The same in pieces is another screen.", s, pieces);
        last = restored(s, scrollback);
        compare("The picture of the picture is another.", s, last);
        read_texts(s);
        while (screen_take_answers(s, answers, sizeof(answers)) > 0)
                ;
        return 0;
}
