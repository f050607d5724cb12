/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Titles and their stack. */

#include "keeper/screen/titles.h"
#include "tests/unit/test-main.h"

static void osc(Titles *t, unsigned number, const char *text) {
        titles_osc(t, number, text, strlen(text));
}

static void expect(const Titles *t, const char *expected) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        titles_write(t, &w);
        text_writer_byte(&w, 0);
        ck_assert_str_eq(w.data, expected);
}

TEST(sets) {
        Titles t = { 0 };
        uint32_t serial = t.serial;

        expect(&t, "");
        osc(&t, 0, "both");
        ck_assert_uint_ne(t.serial, serial);
        expect(&t, "\x1b]1;both\x1b\\\x1b]2;both\x1b\\");
        serial = t.serial;
        osc(&t, 2, "both");
        ck_assert_uint_eq(t.serial, serial);
        osc(&t, 2, "window");
        osc(&t, 7, "file://host/tmp");
        osc(&t, 8, ";http://x");
        expect(&t, "\x1b]1;both\x1b\\\x1b]2;window\x1b\\\x1b]7;file://host/tmp\x1b\\");
        titles_done(&t);
}

TEST(says_nothing_that_could_do_harm) {
        Titles t = { 0 };
        static char text[5000];

        osc(&t, 2,
                "a\x7f\xc2\x9b\xff\xe2\x80\xae"
                "b");
        ck_assert_str_eq(t.now.title, "a????b");
        memset(text, 'x', sizeof(text) - 1);
        osc(&t, 2, text);
        ck_assert_uint_eq(strlen(t.now.title), TITLE_MAX);
        titles_done(&t);
}

TEST(stack) {
        Titles t = { 0 };

        titles_push(&t);
        osc(&t, 0, "one");
        titles_push(&t);
        osc(&t, 2, "two");
        expect(&t, "\x1b[22;0t\x1b]1;one\x1b\\\x1b]2;one\x1b\\\x1b[22;0t\x1b]2;two\x1b\\");
        titles_pop(&t, 1); /* the icon's only */
        ck_assert_str_eq(t.now.title, "two");
        titles_pop(&t, 0);
        ck_assert_ptr_null(t.now.title);
        titles_pop(&t, 0);
        expect(&t, "");
        titles_done(&t);
}

TEST(stack_is_bounded) {
        Titles t = { 0 };
        char text[2] = "a";

        for (unsigned i = 0; i < 26; i++) {
                text[0] = (char) ('a' + i);
                osc(&t, 2, text);
                titles_push(&t);
        }
        ck_assert_uint_eq(t.n_stack, TITLE_STACK_MAX);
        for (unsigned i = 0; i < 20; i++)
                titles_pop(&t, 0);
        ck_assert_str_eq(t.now.title, "q");
        titles_done(&t);
}

TEST_MAIN(sets, says_nothing_that_could_do_harm, stack, stack_is_bounded);
