/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Replies of terminals in what is typed, however it is cut. */

#include <stdio.h>

#include "keeper/terminal/replies.h"
#include "tests/unit/test-main.h"

static char told[256];

static void on_reply(void *userdata, unsigned number, const ColorSpec *color) {
        char spec[COLOR_SPEC_SIZE];
        size_t n = strlen(told);

        (void) userdata;
        color_spec_format(color, spec);
        snprintf(told + n, sizeof(told) - n, "%u=%s ", number, spec);
}

static void take(Replies *r, const char *input, size_t step, char *rest) {
        uint8_t data[256 + REPLY_HELD_MAX];
        size_t n = 0, size = strlen(input);

        told[0] = 0;
        for (size_t i = 0; i < size; i += step) {
                size_t part = MIN(step, size - i);

                memcpy(data, input + i, part);
                part = replies_take(r, data, part, on_reply, NULL);
                memcpy(rest + n, data, part);
                n += part;
        }
        rest[n] = 0;
}

static void expect(const char *input, const char *expected, const char *replies) {
        for (size_t step = 1; step <= strlen(input); step++) {
                Replies r = { 0 };
                char rest[256 + REPLY_HELD_MAX];
                uint8_t held[REPLY_HELD_MAX];
                size_t n;

                replies_expect(&r, 10);
                replies_expect(&r, 11);
                take(&r, input, step, rest);
                n = replies_give_up(&r, held);
                strncat(rest, (const char *) held, n);
                ck_assert_str_eq(rest, expected);
                ck_assert_str_eq(told, replies);
        }
}

TEST(what_is_owed_is_taken_out) {
        expect("a\x1b]11;rgb:1/2/3\x07z", "az", "11=rgb:1111/2222/3333 ");
        expect("\x1b]10;#123456\x1b\\z", "z", "10=rgb:1200/3400/5600 ");
        expect("\x1b]11;rgb:1/2/3\xc2\x9cz", "z", "11=rgb:1111/2222/3333 ");
        expect("\x1b]11;red\x1b\\z", "z", "");
}

TEST(the_rest_is_typed) {
        expect("a\x1b[A\x1bOB\x1b]12;rgb:1/2/3\x07", "a\x1b[A\x1bOB\x1b]12;rgb:1/2/3\x07", "");
        expect("\x1b]11;\x03", "\x1b]11;\x03", "");
        expect("\x1b]11\x1b]11;rgb:1/2/3\x07", "\x1b]11", "11=rgb:1111/2222/3333 ");
        expect("\x1b\x1b]11;rgb:1/2/3\x07", "\x1b", "11=rgb:1111/2222/3333 ");
        expect("\x1b]11;rgb:1/2/3\x1b[A", "\x1b]11;rgb:1/2/3\x1b[A", "");
        expect("\x1b]11;01234567890123456789012345678901234567890123456789\x07",
                "\x1b]11;01234567890123456789012345678901234567890123456789\x07", "");
        expect("x\x1b", "x\x1b", "");
        expect("x\x1b]1", "x\x1b]1", "");
}

TEST(only_once) {
        Replies r = { 0 };
        char rest[256];

        replies_expect(&r, 11);
        take(&r, "\x1b]11;rgb:1/2/3\x07\x1b]11;rgb:1/2/3\x07", 100, rest);
        ck_assert_str_eq(rest, "\x1b]11;rgb:1/2/3\x07");
}

/* The Escape key has to work, unless somebody waits just then. */
TEST(escape_key) {
        Replies r = { 0 };
        uint8_t held[REPLY_HELD_MAX];
        char rest[256];

        take(&r, "\x1b", 1, rest);
        ck_assert_str_eq(rest, "\x1b");
        replies_expect(&r, 11);
        take(&r, "\x1b", 1, rest);
        ck_assert_str_eq(rest, "");
        ck_assert_uint_eq(replies_give_up(&r, held), 1);
        take(&r, "\x1b", 1, rest);
        ck_assert_str_eq(rest, "\x1b");
        /* late, and taken out all the same */
        take(&r, "\x1b]11;rgb:1/2/3\x07", 100, rest);
        ck_assert_str_eq(rest, "");
        ck_assert_str_eq(told, "11=rgb:1111/2222/3333 ");
}

TEST_MAIN(what_is_owed_is_taken_out, the_rest_is_typed, only_once, escape_key);
