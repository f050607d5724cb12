/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Making screens, feeding them, and saying what must be on them. */

#include "keeper/screen/screen.h"
#include "tests/unit/test-main.h"

#define PICTURE_MAX (64U * 1024U * 1024U)

/* The caller's. A literal may contain NUL. */
#define SCREEN(rows, columns, input) screen_fed(rows, columns, input, sizeof(input) - 1)
#define FEED(screen, input)          screen_feed(screen, input, sizeof(input) - 1)

static inline Screen *screen_fed(uint32_t rows, uint32_t columns, const char *input, size_t size) {
        Screen *s;

        ck_assert_int_eq(screen_new(rows, columns, 1000, &s), 0);
        screen_feed(s, input, size);
        return s;
}

/* With a NUL behind; the caller's. */
static inline char *string_of(ByteQueue *q) {
        char *s = calloc(1, q->size + 1);

        ck_assert_ptr_nonnull(s);
        if (q->size > 0)
                memcpy(s, q->data + q->start, q->size);
        byte_queue_clear(q);
        return s;
}

static inline char *text_of(const Screen *s, uint32_t scrollback, ScreenTextFlags flags) {
        ByteQueue q = { .max = PICTURE_MAX };

        ck_assert_int_eq(screen_text(s, scrollback, flags, &q), 0);
        return string_of(&q);
}

static inline char *picture_of(const Screen *s) {
        ByteQueue q = { .max = PICTURE_MAX };

        ck_assert_int_eq(screen_paint(s, UINT32_MAX, &q), 0);
        return string_of(&q);
}

/* A new screen that only saw the picture. The caller's. */
static inline Screen *restored(const Screen *s) {
        _cleanup_free_ char *picture = picture_of(s);

        return screen_fed(screen_rows(s), screen_columns(s), picture, strlen(picture));
}

static inline void assert_text(const Screen *s, const char *expected) {
        _cleanup_free_ char *text = text_of(s, 0, 0);

        ck_assert_str_eq(text, expected);
}

static inline void assert_styles(const Screen *s, const char *expected) {
        _cleanup_free_ char *text = text_of(s, 0, SCREEN_TEXT_STYLES);

        ck_assert_str_eq(text, expected);
}

static inline void assert_all_text(const Screen *s, const char *expected) {
        _cleanup_free_ char *text = text_of(s, UINT32_MAX, 0);

        ck_assert_str_eq(text, expected);
}

static inline void assert_cursor(const Screen *s, uint32_t row, uint32_t column) {
        ScreenCursor c = screen_cursor(s);

        ck_assert_msg(c.row == row && c.column == column, "cursor at %u;%u, not %u;%u", c.row, c.column, row,
                column);
}

static inline void assert_same(const Screen *a, const Screen *b) {
        _cleanup_free_ char *first = picture_of(a), *second = picture_of(b);

        ck_assert_str_eq(first, second);
}

/* The picture makes an equal screen. */
static inline void assert_restores(const Screen *s) {
        _cleanup_screen_ Screen *copy = restored(s);

        assert_same(s, copy);
}

/* For each cut of the input: a screen that saw all of it, and one that saw a picture and then the rest, end
 * alike. */
static inline void assert_restores_anywhere(
        uint32_t rows, uint32_t columns, const char *input, size_t size) {
        for (size_t cut = 0; cut <= size; cut++) {
                _cleanup_screen_ Screen *s = screen_fed(rows, columns, input, cut);
                _cleanup_screen_ Screen *copy = restored(s);

                assert_same(s, copy);
                screen_feed(s, input + cut, size - cut);
                screen_feed(copy, input + cut, size - cut);
                assert_same(s, copy);
        }
}

#define ASSERT_RESTORES_ANYWHERE(rows, columns, input) \
        assert_restores_anywhere(rows, columns, input, sizeof(input) - 1)
