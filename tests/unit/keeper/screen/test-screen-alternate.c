/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The alternate screen, and changes of size. */

#include "tests/unit/screen.h"

TEST(main_comes_back) {
        _cleanup_screen_ Screen *s = SCREEN(4, 10, "one\r\ntwo\x1b[1m\x1b[?1049h"), *copy = NULL;

        assert_text(s, "");
        FEED(s, "\x1b[3;3Hinside\x1b[m");
        assert_text(s, "\n\n  inside\n");
        copy = restored(s);
        FEED(s, "\x1b[?1049l!");
        FEED(copy, "\x1b[?1049l!");
        assert_styles(s, "one\ntwo\x1b[1m!\x1b[m\n");
        assert_same(s, copy);
        FEED(s, "\x1b[?1049h");
        assert_text(s, ""); /* it was cleared */
}

TEST(screens_share_the_cursor) {
        _cleanup_screen_ Screen *s = SCREEN(4, 10, "ab\x1b[?47hcd\x1b[?47lef");

        assert_text(s, "ab  ef\n");
}

TEST(each_screen_has_its_saved_cursor) {
        _cleanup_screen_ Screen *s = SCREEN(4, 10,
                "\x1b[2;2H\x1b[?1049h\x1b[3;3H\x1b"
                "7\x1b[H");

        assert_restores(s);
        FEED(s,
                "\x1b"
                "8");
        assert_cursor(s, 2, 2);
        FEED(s, "\x1b[?1049l");
        assert_cursor(s, 1, 1);
}

TEST(shrinks) {
        _cleanup_screen_ Screen *s = SCREEN(5, 10, "1\r\n2\r\n3");

        ck_assert_int_eq(screen_resize(s, 3, 10), 0); /* what is empty goes first */
        assert_all_text(s, "1\n2\n3\n");
        ck_assert_uint_eq(screen_scrollback(s), 0);
        ck_assert_int_eq(screen_resize(s, 2, 10), 0);
        ck_assert_uint_eq(screen_scrollback(s), 1);
        assert_text(s, "2\n3\n");
        assert_cursor(s, 1, 1);
        assert_restores(s);
        ck_assert_int_eq(screen_resize(s, 0, 10), -ERANGE);
}

TEST(keeps_what_is_below_the_cursor) {
        _cleanup_screen_ Screen *s = SCREEN(5, 10, "1\r\n2\r\n3\r\n4\r\n5\x1b[3;1H");

        ck_assert_int_eq(screen_resize(s, 3, 10), 0);
        assert_all_text(s, "1\n2\n3\n4\n5\n");
        assert_cursor(s, 0, 0);
        ck_assert_int_eq(screen_resize(s, 1, 10), 0);
        assert_all_text(s, "1\n2\n3\n");
}

TEST(grows) {
        _cleanup_screen_ Screen *s = SCREEN(2, 10,
                "1\r\n\x1b[31m\xe6\x97\xa5"
                "e\xcc\x81\x1b[m\r\n3\r\n4");

        ck_assert_int_eq(screen_resize(s, 3, 10), 0);
        ck_assert_uint_eq(screen_scrollback(s), 1);
        assert_styles(s,
                "\x1b[31m\xe6\x97\xa5"
                "e\xcc\x81\x1b[m\n3\n4\n");
        assert_cursor(s, 2, 1);
        ck_assert_int_eq(screen_resize(s, 8, 10), 0);
        assert_text(s,
                "1\n\xe6\x97\xa5"
                "e\xcc\x81\n3\n4\n");
        assert_cursor(s, 3, 1);
        ck_assert_uint_eq(screen_scrollback(s), 0);
        assert_restores(s);
}

TEST(cells_beyond_the_edge_are_kept) {
        _cleanup_screen_ Screen *s = SCREEN(2, 10, "abcdefghij\r\n0123456789");

        ck_assert_int_eq(screen_resize(s, 2, 4), 0);
        assert_text(s, "abcd\n0123\n");
        assert_cursor(s, 1, 3);
        FEED(s, "\x1b[2;1Hx");
        ck_assert_int_eq(screen_resize(s, 2, 10), 0);
        assert_text(s, "abcdefghij\nx123\n");
        ck_assert_int_eq(screen_resize(s, 1, 3), 0);
        assert_all_text(s, "abcdefghij\nx12\n"); /* whole in the scrollback */
        assert_restores(s);
}

TEST(both_screens_resize) {
        _cleanup_screen_ Screen *s = SCREEN(4, 10, "1\r\n2\r\n3\r\n4\x1b[?1049h\x1b[HA\r\nB\r\nC\r\nD");

        ck_assert_int_eq(screen_resize(s, 2, 10), 0);
        assert_text(s, "C\nD\n");
        ck_assert_int_eq(screen_resize(s, 3, 10), 0);
        FEED(s, "\x1b[?1049lx");
        assert_all_text(s, "1\n2\n3\n4x\n");
        assert_restores(s);
}

TEST(resizing_resets_margins_and_keeps_tabs) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[2;3r\x1b[?6h\x1b[3g\x1b[4G\x1bH");

        ck_assert_int_eq(screen_resize(s, 6, 30), 0);
        FEED(s, "\x1b[99;1H");
        assert_cursor(s, 5, 0);
        FEED(s, "\t");
        assert_cursor(s, 5, 3);
        FEED(s, "\t");
        assert_cursor(s, 5, 24); /* new columns have theirs */
}

TEST_MAIN(main_comes_back, screens_share_the_cursor, each_screen_has_its_saved_cursor, shrinks,
        keeps_what_is_below_the_cursor, grows, cells_beyond_the_edge_are_kept, both_screens_resize,
        resizing_resets_margins_and_keeps_tabs);
