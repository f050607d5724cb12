/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Making and resetting a screen, and what it tells. */

#include "tests/unit/screen.h"

TEST(sizes) {
        Screen *s = NULL;

        ck_assert_int_eq(screen_new(0, 80, 0, &s), -ERANGE);
        ck_assert_int_eq(screen_new(24, 0, 0, &s), -ERANGE);
        ck_assert_int_eq(screen_new(SCREEN_ROWS_MAX + 1, 80, 0, &s), -ERANGE);
        ck_assert_ptr_null(s);
        ck_assert_int_eq(screen_new(1, 1, 0, &s), 0);
        FEED(s, "ab\ncd\xe6\x97\xa5\x1b[5;5H\x1b[2J");
        s = screen_free(s);
        ck_assert_int_eq(screen_new(10000, 10000, 100, &s), 0);
        FEED(s, "\x1b[9999;9999Hx\x1b[44m\x1b[2J\x1b[m\x1b#8");
        ck_assert_uint_eq(screen_rows(s), 10000);
        ck_assert_uint_eq(screen_columns(s), 10000);
        s = screen_free(s);
        ck_assert_ptr_null(screen_free(NULL));
}

TEST(tells) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "one\r\ntwo");
        uint32_t serial = screen_title_serial(s);

        assert_cursor(s, 1, 3);
        ck_assert(screen_cursor(s).visible);
        ck_assert_ptr_null(screen_title(s));
        FEED(s, "\x1b[?25l\x1b]0;title\x07\x1b]7;file:///tmp\x07");
        ck_assert(!screen_cursor(s).visible);
        ck_assert_str_eq(screen_title(s), "title");
        ck_assert_str_eq(screen_directory(s), "file:///tmp");
        ck_assert_uint_ne(screen_title_serial(s), serial);
        ck_assert_int_eq(screen_mode(s, true, 25), 0);
        ck_assert_int_eq(screen_mode(s, true, 7), 1);
        ck_assert_int_eq(screen_mode(s, false, 4), 0);
        ck_assert_int_eq(screen_mode(s, true, 12345), -ENOENT);
}

TEST(pending) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "a\x1b[3\n1");
        const uint8_t *bytes;

        ck_assert_uint_eq(screen_pending(s, &bytes), 4);
        ck_assert_mem_eq(bytes, "\x1b[31", 4);
        FEED(s, "m\xe6\x97");
        ck_assert_uint_eq(screen_pending(s, &bytes), 2);
        FEED(s, "\xa5");
        ck_assert_uint_eq(screen_pending(s, &bytes), 0);
}

TEST(ris_resets_but_keeps_what_was_printed) {
        _cleanup_screen_ Screen *s = SCREEN(2, 10,
                "1\r\n2\r\n3\x1b[?1049h\x1b[?2004;1000;1006h\x1b[4h\x1b[31m\x1b[2;2r\x1b]2;t\x07\x1b"
                "cx");
        _cleanup_screen_ Screen *other = SCREEN(2, 10, "1\r\n2\r\n3");

        ck_assert(!screen_is_alternate(s));
        assert_all_text(s, "1\nx\n");
        assert_styles(s, "x\n");
        ck_assert_int_eq(screen_mode(s, true, 2004), 0);
        ck_assert_int_eq(screen_mode(s, true, 1000), 0);
        ck_assert_uint_eq(screen_scrollback(s), screen_scrollback(other));
        ck_assert_str_eq(screen_title(s), "t");
        assert_restores(s);
}

TEST(decstr_leaves_text_and_place) {
        _cleanup_screen_ Screen *s = SCREEN(
                4, 10, "abc\x1b[2;3r\x1b[?6h\x1b[4h\x1b[?25l\x1b[1m\x1b(0\x1b[?2004h\x1b[2;5H\x1b[!px");

        assert_cursor(s, 2, 5);
        assert_styles(s, "abc\n\n    x\n");
        ck_assert(screen_cursor(s).visible);
        ck_assert_int_eq(screen_mode(s, true, 6), 0);
        ck_assert_int_eq(screen_mode(s, true, 2004), 1);
}

TEST_MAIN(sizes, tells, pending, ris_resets_but_keeps_what_was_printed, decstr_leaves_text_and_place);
