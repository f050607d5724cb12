/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The pointer's shape, and that it comes back. */

#include "keeper/screen/pointer.h"
#include "tests/unit/screen.h"

#define POP  "\x1b]22;<\x1b\\"
#define POPS POP POP POP POP POP POP POP POP POP POP POP POP POP POP POP POP

static void osc(Pointer *p, const char *text) {
        pointer_osc(p, text, strlen(text));
}

/* What is written says so, and makes another that writes the same. */
static void expect(const Pointer *p, const char *expected) {
        _cleanup_text_writer_ TextWriter w = { 0 }, again = { 0 };
        Pointer copy = { 0 };

        pointer_write(p, &w);
        text_writer_byte(&w, 0);
        ck_assert_str_eq(w.data, expected);
        for (const char *at = w.data; (at = strstr(at, "\x1b]22;")); at++)
                pointer_osc(&copy, at + 5, (size_t) (strchr(at + 1, '\x1b') - at) - 5);
        pointer_write(&copy, &again);
        text_writer_byte(&again, 0);
        ck_assert_str_eq(again.data, expected);
        pointer_done(&copy);
}

TEST(is_set) {
        Pointer p = { 0 };

        expect(&p, "");
        osc(&p, "?__current__,text");
        osc(&p, "no name");
        osc(&p, "a-name-that-is-longer-than-any-there-is");
        expect(&p, "");
        osc(&p, "text");
        expect(&p, "\x1b]22;text\x1b\\");
        osc(&p, "=left_ptr");
        expect(&p, "\x1b]22;left_ptr\x1b\\");
        osc(&p, "");
        expect(&p, "\x1b]22;\x1b\\");
        pointer_done(&p);
}

TEST(is_pushed_and_popped) {
        Pointer p = { 0 };

        osc(&p, ">wait,text");
        osc(&p, ">,help,not valid");
        expect(&p, POPS "\x1b]22;wait\x1b\\\x1b]22;>text\x1b\\\x1b]22;>help\x1b\\");
        osc(&p, "");
        expect(&p, POPS "\x1b]22;wait\x1b\\\x1b]22;>text\x1b\\\x1b]22;>default\x1b\\\x1b]22;\x1b\\");
        osc(&p, "<");
        osc(&p, "<ignored");
        expect(&p, POPS "\x1b]22;wait\x1b\\");
        osc(&p, "<");
        osc(&p, "<");
        expect(&p, POPS "\x1b]22;\x1b\\");
        pointer_done(&p);
}

TEST(the_stack_is_bounded) {
        Pointer p = { 0 };

        osc(&p, ">a,b");
        osc(&p, "");
        for (unsigned i = 0; i < POINTER_STACK_MAX - 2; i++)
                osc(&p, ">c");
        ck_assert_uint_eq(p.n, POINTER_STACK_MAX);
        osc(&p, ">d"); /* a goes, and what it was on has no name */
        ck_assert_uint_eq(p.n, POINTER_STACK_MAX - 1);
        ck_assert_str_eq(p.names[0], "c");
        ck_assert_str_eq(p.names[p.n - 1], "d");
        pointer_reset(&p);
        expect(&p, POPS "\x1b]22;\x1b\\");
        pointer_done(&p);
}

TEST(each_screen_has_its_own) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b]22;text\x07\x1b[?1049h"), *main = NULL;
        _cleanup_free_ char *picture = NULL;

        assert_restores(s);
        FEED(s, "\x1b]22;>wait\x1b\\");
        assert_restores(s);
        picture = picture_of(s);
        ck_assert_ptr_nonnull(strstr(strstr(picture, "\x1b]22;text\x1b\\"), "\x1b[?1049h"));
        ck_assert_ptr_nonnull(strstr(strstr(picture, "\x1b[?1049h"), "\x1b]22;wait\x1b\\"));
        FEED(s, "\x1b[?1049l");
        main = SCREEN(5, 20, "\x1b]22;text\x07");
        assert_same(s, main);
        FEED(s,
                "\x1b"
                "c");
        FEED(main,
                "\x1b]22;\x07\x1b"
                "c");
        assert_same(s, main);
}

TEST_MAIN(is_set, is_pushed_and_popped, the_stack_is_bounded, each_screen_has_its_own);
