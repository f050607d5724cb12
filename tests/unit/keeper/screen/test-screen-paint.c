/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The picture: cut anywhere, a screen that is made from it goes on like the one it was made of. */

#include "tests/unit/screen.h"

TEST(cut_anywhere) {
        ASSERT_RESTORES_ANYWHERE(4, 10,
                "\x1b[1;31mred\x1b[38;5;99;48;2;1;2;3mx\x1b[4:3;58:2::1:2:3my\x1b[m\r\n\x1b[44m\x1b[K\x1b[m\x1b[3;2H\x1b[7m \x1b[m");
        ASSERT_RESTORES_ANYWHERE(4, 10,
                "0123456789abc\r\nx\r\n\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"
                "e\xcc\x81\xe6\x97\xa5!\r\n1\r\n2");
        ASSERT_RESTORES_ANYWHERE(4, 10,
                "a\x1b[3b\x1b"
                "7\x1b[2;3r\x1b[?6h\x1b[2;2Hx\n\n\x1bM\x1b"
                "8\x1b[4hins\x1b[4l");
        ASSERT_RESTORES_ANYWHERE(4, 10,
                "sh$ \x1b[?1049h\x1b[22;0;0t\x1b]2;vi\x07\x1b[?1h\x1b=\x1b[2J\x1b[3;3Hfile\x1b[?25l\x1b[?1049l\x1b[23;0;0t\x1b[?25hx");
        ASSERT_RESTORES_ANYWHERE(4, 10, "\x1b(0lqk\x0f\x1b)0\x0ex\x0f\x1b*0\x1bNq\x1b(B\x1bn#");
        ASSERT_RESTORES_ANYWHERE(4, 10, "\x1b[3g\x1b[4G\x1bH\r\tx\x1b[?7l12345678\x1b[?7h9");
        ASSERT_RESTORES_ANYWHERE(4, 10,
                "\x1b[?69h\x1b[3;7s\x1b[1;6Habcd\x1b[2Lx\x1b[?69l\x1b[>4;2m\x1b[>1u\x1b[=5;2u\x1b[<u\x1b[3 q");
        ASSERT_RESTORES_ANYWHERE(
                4, 10, "\x1b]4;1;red\x07\x1b]10;blue\x1b\\\x1b]104\x07\x1b]7;file:///\x07\x1bPq##\x1b\\x");
        ASSERT_RESTORES_ANYWHERE(1, 1,
                "ab\r\n\xe6\x97\xa5"
                "c\x1b[4hde");
}

TEST(colours_of_wrapped_lines_stay_in_them) {
        /* what wraps at the bottom fills the new line with its background, unless the picture takes care */
        ASSERT_RESTORES_ANYWHERE(
                3, 5, "a\r\nb\r\nc\x1b[41mdefg\x1b[1;5H\x1b[3;1H\x1b[m12345\x1b[44m6\x1b[m\r\n\n\n\n");
}

TEST(scrollback_goes_first) {
        _cleanup_screen_ Screen *s = SCREEN(2, 10, "1\r\n2\r\n3\r\n4\r\n5"), *copy = NULL;
        ByteQueue q = { .max = 100000 };

        ck_assert_int_eq(screen_paint(s, 2, &q), 0);
        copy = screen_fed(2, 10, (const char *) q.data, q.size);
        byte_queue_clear(&q);
        ck_assert_uint_eq(screen_scrollback(copy), 2);
        assert_all_text(copy, "2\n3\n4\n5\n");
        ck_assert_int_eq(screen_paint(s, 0, &q), 0);
        FEED(copy, "\x1b[?1049hdirt\x1b[2;2r\x1b[?6h\x1b[4h\x1b[1m\x1b(0\x1b]0;unfinished");
        screen_feed(copy, q.data, q.size); /* whatever state it was in */
        byte_queue_clear(&q);
        assert_text(copy, "4\n5\n");
        ck_assert_uint_eq(screen_scrollback(copy), 2);
}

TEST(wrapped_lines_stay_one) {
        _cleanup_screen_ Screen *s = SCREEN(3, 5, "abcdefghijklm\r\nx\r\n0123\xe6\x97\xa5!"),
                                *copy = restored(s);
        _cleanup_free_ char *text = text_of(copy, UINT32_MAX, SCREEN_TEXT_JOIN);

        ck_assert_str_eq(text, "abcdefghijklm\nx\n0123\xe6\x97\xa5!\n");
}

TEST(all_or_nothing) {
        _cleanup_screen_ Screen *s = SCREEN(2, 10, "text");
        ByteQueue q = { .max = 100 };

        ck_assert_int_eq(screen_paint(s, 0, &q), -ENOBUFS);
        ck_assert_uint_eq(q.size, 0);
        byte_queue_clear(&q);
}

TEST(wide_scrollback_lines_become_several) {
        _cleanup_screen_ Screen *s = SCREEN(2, 20,
                                        "0123456789\xe6\x97\xa5\xe6\x9c\xac"
                                        "ab\r\n1\r\n2"),
                                *copy = NULL;

        ck_assert_int_eq(screen_resize(s, 2, 5), 0);
        assert_all_text(s,
                "0123456789\xe6\x97\xa5\xe6\x9c\xac"
                "ab\n1\n2\n");
        copy = restored(s);
        assert_all_text(copy,
                "01234\n56789\n\xe6\x97\xa5\xe6\x9c\xac"
                "a\nb\n1\n2\n");
        assert_same(s, copy);
        ck_assert_int_eq(screen_resize(s, 2, 20), 0);
        assert_all_text(s,
                "0123456789\xe6\x97\xa5\xe6\x9c\xac"
                "ab\n1\n2\n"); /* nothing is lost */
}

TEST(survives_its_own_death) {
        /* A checkpoint, and the bytes since: also with a sequence across the two. */
        static const char stream[] =
                "\x1b[1mone\r\ntwo\x1b[?1049h\x1b[2;2Hvi \xe6\x97\xa5\x1b[3\x31mred\x1b]2;title\x07";

        ASSERT_RESTORES_ANYWHERE(3, 8, stream);
}

TEST_MAIN(cut_anywhere, colours_of_wrapped_lines_stay_in_them, scrollback_goes_first, wrapped_lines_stay_one,
        all_or_nothing, wide_scrollback_lines_become_several, survives_its_own_death);
