/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which colours there are, and which a terminal is asked for. */

#include "tests/unit/screen.h"

static void take(Screen *s, const char *expected) {
        char buffer[1024];
        size_t n = screen_take_answers(s, buffer, sizeof(buffer) - 1);

        buffer[n] = 0;
        ck_assert_str_eq(buffer, expected);
}

static void expect(const char *input, const char *expected) {
        _cleanup_screen_ Screen *s = screen_fed(10, 40, input, strlen(input));

        take(s, expected);
        ck_assert_uint_eq(screen_asked_color(s), 0);
}

TEST(numbers) {
        expect("\x1b]4;1;?\x07", "\x1b]4;1;rgb:cdcd/0000/0000\x07");
        expect("\x1b]4;1;#abc;2;?;1;?\x1b\\",
                "\x1b]4;2;rgb:0000/cdcd/0000\x1b\\\x1b]4;1;rgb:a000/b000/c000\x1b\\");
        expect("\x1b]4;256;?\x07\x1b]4;x;?\x07\x1b]4;?\x07\x1b]4;1\x07", "");
}

TEST(what_the_program_set) {
        expect("\x1b]11;#102030\x07\x1b]11;?\x07", "\x1b]11;rgb:1000/2000/3000\x07");
        expect("\x1b]10;rgb:1/2/3;#405060\x07\x1b]10;?;?\x07",
                "\x1b]10;rgb:1111/2222/3333\x07\x1b]11;rgb:4000/5000/6000\x07");
}

TEST(a_terminal_is_asked) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[5n\x1b]11;?\x1b\\\x1b[c\x1b]10;?\x07");

        ck_assert_uint_eq(screen_asked_color(s), 0);
        take(s, "\x1b[0n");
        ck_assert_uint_eq(screen_asked_color(s), 11);
        take(s, "");
        screen_set_terminal_color(s, 11, &(ColorSpec){ 0xeeee, 0xdddd, 0xcccc });
        screen_answer_asked_color(s);
        take(s, "\x1b]11;rgb:eeee/dddd/cccc\x1b\\\x1b[?62;22c");
        ck_assert_uint_eq(screen_asked_color(s), 10);
        screen_answer_asked_color(s);
        take(s, "\x1b]10;rgb:ffff/ffff/ffff\x07");
        ck_assert_uint_eq(screen_asked_color(s), 0);
        screen_answer_asked_color(s);
        take(s, "");

        FEED(s, "\x1b[?996n");
        take(s, "\x1b[?997;2n");
        FEED(s, "\x1b]11;red\x07\x1b]11;?\x07");
        ck_assert_uint_eq(screen_asked_color(s), 11);
        screen_drop_answers(s);
        ck_assert_uint_eq(screen_asked_color(s), 0);
}

TEST(others_are_derived) {
        expect("\x1b]17;?\x07\x1b]19;?\x07", "\x1b]17;rgb:ffff/ffff/ffff\x07\x1b]19;rgb:0000/0000/0000\x07");
        expect("\x1b]5;0;?\x07", "\x1b]5;0;rgb:ffff/ffff/ffff\x07");
}

TEST(kitty) {
        expect("\x1b]21;foreground=?;cursor=red;background=?;1=?;visual_bell=?\x1b\\",
                "\x1b]21;foreground=rgb:ffff/ffff/ffff;background=rgb:0000/0000/0000;1=rgb:cdcd/0000/0000;visual_bell=?\x1b\\");
        expect("\x1b]21;foreground=red\x07", "");
}

TEST_MAIN(numbers, what_the_program_set, a_terminal_is_asked, others_are_derived, kitty);
