/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The screen as text. */

#include "tests/unit/screen.h"

TEST(plain) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "");

        assert_text(s, "");
        FEED(s, "\x1b[31mred\x1b[m\x1b[5Cx  \r\n\r\n\x1b[44m\x1b[3X");
        assert_text(s, "red     x  \n\n   \n");
        FEED(s,
                "\xe6\x97\xa5"
                "e\xcc\x81");
        assert_text(s,
                "red     x  \n\n\xe6\x97\xa5"
                "e\xcc\x81\n");
}

TEST(styles) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[1;31mred\x1b[5C\x1b[44m\x1b[2X\x1b[1\"qx");

        assert_styles(s, "\x1b[1;31mred\x1b[m     \x1b[1;31;44mx\x1b[0;44m \x1b[m\n");
}

TEST(scrollback_and_joins) {
        _cleanup_screen_ Screen *s = SCREEN(2, 4, "abcdefgh\r\n1\r\n2");
        _cleanup_free_ char *two = text_of(s, 1, 0), *joined = text_of(s, UINT32_MAX, SCREEN_TEXT_JOIN);

        ck_assert_str_eq(two, "efgh\n1\n2\n");
        ck_assert_str_eq(joined, "abcdefgh\n1\n2\n");
}

TEST(bounded) {
        _cleanup_screen_ Screen *s = SCREEN(2, 40, "a long line of text");
        ByteQueue q = { .max = 10 };

        ck_assert_int_eq(screen_text(s, 0, 0, &q), -ENOBUFS);
        byte_queue_clear(&q);
}

TEST_MAIN(plain, styles, scrollback_and_joins, bounded);
