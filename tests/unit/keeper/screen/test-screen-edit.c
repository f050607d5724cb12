/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Scrolling, erasing, inserting, deleting. */

#include "tests/unit/screen.h"

#define FILL "11111\r\n22222\r\n33333\r\n44444"

/* Four lines of five digits, then input. */
static void expect(const char *input, const char *expected) {
        _cleanup_screen_ Screen *s = SCREEN(4, 5, FILL);

        screen_feed(s, input, strlen(input));
        assert_text(s, expected);
        assert_restores(s);
}

TEST(erases) {
        expect("\x1b[2;3H\x1b[J", "11111\n22\n");
        expect("\x1b[2;3H\x1b[1J", "\n   22\n33333\n44444\n");
        expect("\x1b[2J", "");
        expect("\x1b[2;3H\x1b[K", "11111\n22\n33333\n44444\n");
        expect("\x1b[2;3H\x1b[1K", "11111\n   22\n33333\n44444\n");
        expect("\x1b[2;3H\x1b[2K", "11111\n\n33333\n44444\n");
        expect("\x1b[2;2H\x1b[2X", "11111\n2  22\n33333\n44444\n");
        expect("\x1b[2;2H\x1b[99X", "11111\n2\n33333\n44444\n");
}

TEST(leaves_the_last_letter_while_a_wrap_is_pending) {
        expect("\x1b[2;1Habcde\x1b[K", "11111\nabcde\n33333\n44444\n");
        expect("\x1b[2;1Habcde\x1b[Kf", "11111\nabcde\nf3333\n44444\n");
        expect("\x1b[2;1Habcde\x1b[Jf", "11111\nabcde\nf\n");
        expect("\x1b[2;1Habcde\x1b[1K", "11111\n\n33333\n44444\n");
}

TEST(erases_with_the_background) {
        _cleanup_screen_ Screen *s = SCREEN(2, 10, "ab\x1b[1;44mc\x1b[K\r\n\x1b[41m\x1b[2X\x1b[mx");

        assert_styles(s, "ab\x1b[1;44mc\x1b[0;44m       \x1b[m\nx\x1b[41m \x1b[m\n");
        assert_restores(s);
}

TEST(erases_the_scrollback) {
        _cleanup_screen_ Screen *s = SCREEN(2, 10, "1\r\n2\r\n3\r\n4\x1b[3J");

        assert_all_text(s, "3\n4\n");
}

TEST(inserts_and_deletes) {
        expect("\x1b[2;2Hab\x1b[2D\x1b[2@", "11111\n2  ab\n33333\n44444\n");
        expect("\x1b[2;2Hab\x1b[2D\x1b[P", "11111\n2b22\n33333\n44444\n");
        expect("\x1b[2;2H\x1b[99@", "11111\n2\n33333\n44444\n");
        expect("\x1b[2;2H\x1b[L", "11111\n\n22222\n33333\n");
        expect("\x1b[2;2H\x1b[2M", "11111\n44444\n");
        expect("\x1b[2;3r\x1b[2;1H\x1b[M", "11111\n33333\n\n44444\n");
        expect("\x1b[2;3r\x1b[4;1H\x1b[M", "11111\n22222\n33333\n44444\n"); /* outside */
        expect("\x1b[S", "22222\n33333\n44444\n");
        expect("\x1b[2T", "\n\n11111\n22222\n");
        expect("\x1b[2;3r\x1b[S", "11111\n33333\n\n44444\n");
}

TEST(within_side_margins) {
        expect("\x1b[?69h\x1b[2;4s\x1b[2;3H\x1b[@", "11111\n22 22\n33333\n44444\n");
        expect("\x1b[?69h\x1b[2;4s\x1b[2;3H\x1b[P", "11111\n222 2\n33333\n44444\n");
        expect("\x1b[?69h\x1b[2;4s\x1b[2;3H\x1b[M", "11111\n23332\n34443\n4   4\n");
        expect("\x1b[?69h\x1b[2;4s\x1b[S", "12221\n23332\n34443\n4   4\n");
        expect("\x1b[?69h\x1b[2;4s\x1b[2;3H\x1b['}", "11 11\n22 22\n33 33\n44 44\n");
        expect("\x1b[2;3H\x1b['~", "1111\n2222\n3333\n4444\n");
        expect("\x1b[ @", "1111\n2222\n3333\n4444\n");
        expect("\x1b[2;1H\x1b"
               "6",
                " 1111\n 2222\n 3333\n 4444\n");
}

TEST(keeps_what_leaves_the_top) {
        _cleanup_screen_ Screen *s =
                SCREEN(4, 5, FILL "\r\n55555\x1b[2;4r\x1b[4;1H\n\x1b[r\x1b[1;3r\x1b[3;1H\n");

        assert_all_text(s, "11111\n22222\n44444\n55555\n");
        FEED(s, "\x1b[r\x1b[H\x1b[M\x1b[?1049h\n\n\n\n\n\n\x1b[?1049l");
        ck_assert_uint_eq(screen_scrollback(s), 2);
}

TEST(guards) {
        expect("\x1b[2J\x1b[H\x1b[1\"qab\x1b[\"qcd\x1b[H\x1b[?K", "ab\n");
        expect("\x1b[2J\x1b[H\x1b[1\"qab\x1b[\"qcd\x1b[H\x1b[?2J", "ab\n");
        expect("\x1b[2J\x1b[H\x1b[1\"qab\x1b[\"qcd\x1b[H\x1b[K", "");
}

TEST(aligns) {
        expect("\x1b[2;3r\x1b#8", "EEEEE\nEEEEE\nEEEEE\nEEEEE\n");
}

TEST_MAIN(erases, leaves_the_last_letter_while_a_wrap_is_pending, erases_with_the_background,
        erases_the_scrollback, inserts_and_deletes, within_side_margins, keeps_what_leaves_the_top, guards,
        aligns);
