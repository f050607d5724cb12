/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Divides anything that a program may print among those who look, and holds the division to its promises: it
 * does not depend on how the output is cut; the session's user sees the screen that we have; no screen that
 * is shown what goes to anybody would answer something; and who is not the session's user gets no
 * strings. */

#include <stdio.h>

#include "keeper/screen/screen.h"
#include "keeper/terminal/output-filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE_MAX_OF_VIEWER (8U * 1024U * 1024U)

typedef struct Divided {
        ByteQueue of[_VIEWER_MAX];
} Divided;

static void on_piece(void *userdata, ViewerSet viewers, const uint8_t *data, size_t size) {
        Divided *d = userdata;

        for (Viewer v = 0; v < _VIEWER_MAX; v++)
                if ((viewers & VIEWER_BIT(v)) && byte_queue_append(&d->of[v], data, size) < 0)
                        abort();
}

static void divide(const uint8_t *data, size_t size, size_t step, Divided *d) {
        OutputFilter f;

        for (Viewer v = 0; v < _VIEWER_MAX; v++)
                d->of[v] = (ByteQueue){ .max = SIZE_MAX_OF_VIEWER };
        output_filter_init(&f, NULL, 0);
        for (size_t i = 0; i < size; i += step) {
                size_t n = MIN(step, size - i);
                uint8_t *part = malloc(n);

                memcpy(part, data + i, n);
                output_filter_feed(&f, VIEWERS_ALL, part, n, on_piece, d);
                free(part);
        }
}

static void done(Divided *d) {
        for (Viewer v = 0; v < _VIEWER_MAX; v++)
                byte_queue_clear(&d->of[v]);
}

static void fail(const char *what, const ByteQueue *q) {
        fprintf(stderr, "%s:", what);
        for (size_t i = 0; i < q->size; i++) {
                uint8_t c = q->data[q->start + i];

                fprintf(stderr, c >= 0x20 && c < 0x7f && c != '\\' ? "%c" : "\\x%02x", c);
        }
        fprintf(stderr, "\n");
        abort();
}

static bool is_same(const ByteQueue *a, const ByteQueue *b) {
        return a->size == b->size &&
                (a->size == 0 || memcmp(a->data + a->start, b->data + b->start, a->size) == 0);
}

static Screen *show(const ByteQueue *q) {
        Screen *s;

        if (screen_new(8, 24, 100, &s) < 0)
                abort();
        if (q->size > 0)
                screen_feed(s, q->data + q->start, q->size);
        return s;
}

static void check_text(const Screen *all, const Screen *seen, const ByteQueue *q) {
        ByteQueue first = { .max = SIZE_MAX_OF_VIEWER }, second = { .max = SIZE_MAX_OF_VIEWER };

        if (screen_text(all, 100, SCREEN_TEXT_STYLES, &first) < 0 ||
                screen_text(seen, 100, SCREEN_TEXT_STYLES, &second) < 0)
                abort();
        if (!is_same(&first, &second))
                fail("What it sees is not what there is", q);
        byte_queue_clear(&first);
        byte_queue_clear(&second);
}

/* Are all characters whole? One that is cut off by a sequence is shown as such only where the sequence is
 * seen. */
static bool is_whole(const uint8_t *data, size_t size) {
        for (size_t i = 0; i < size; i++) {
                uint8_t c = data[i];
                size_t n = c < 0x80 ? 0
                        : c < 0xc2  ? SIZE_MAX
                        : c < 0xe0  ? 1
                        : c < 0xf0  ? 2
                        : c < 0xf5  ? 3
                                    : SIZE_MAX;

                if (n > size - i - 1)
                        return false;
                for (; n > 0; n--)
                        if ((data[++i] & 0xc0) != 0x80)
                                return false;
        }
        return true;
}

/* all: NULL, if that cannot be compared. */
static void check_viewer(const Screen *all, const ByteQueue *q) {
        _cleanup_screen_ Screen *seen = show(q);
        char answers[16];

        if (screen_take_answers(seen, answers, sizeof(answers)) > 0 || screen_asked_color(seen) != 0)
                fail("It is asked something", q);
        if (all)
                check_text(all, seen, q);
}

static void check_foreign(const ByteQueue *q) {
        const uint8_t *p = q->data;

        for (size_t i = q->start; i + 1 < q->start + q->size; i++)
                if ((p[i] == 0x1b && strchr("]P_^X", p[i + 1]) && p[i + 1]) ||
                        (p[i] == 0xc2 && p[i + 1] >= 0x80 && p[i + 1] < 0xa0))
                        fail("It gets a string", q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const size_t steps[] = { 1, 3, 64 };
        _cleanup_screen_ Screen *all = NULL;
        ByteQueue input = { .max = SIZE_MAX_OF_VIEWER };
        Divided whole, pieces;

        if (size == 0)
                return 0;
        if (byte_queue_append(&input, data, size) < 0)
                abort();
        all = show(&input);
        byte_queue_clear(&input);
        divide(data, size, size, &whole);
        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                divide(data, size, steps[i], &pieces);
                for (Viewer v = 0; v < _VIEWER_MAX; v++)
                        if (!is_same(&whole.of[v], &pieces.of[v]))
                                fail("It gets something else in pieces", &whole.of[v]);
                done(&pieces);
        }
        for (Viewer v = 0; v < _VIEWER_MAX; v++)
                check_viewer(is_whole(data, size) ? all : NULL, &whole.of[v]);
        check_foreign(&whole.of[VIEWER_FOREIGN]);
        check_foreign(&whole.of[VIEWER_FOREIGN_READER]);
        done(&whole);
        return 0;
}
