/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text into cells. */

#include "tests/unit/screen.h"

TEST(runs) {
        _cleanup_screen_ Screen *s = NULL;
        char text[201];

        for (size_t i = 0; i < sizeof(text) - 1; i++)
                text[i] = (char) (' ' + i % 95);
        for (size_t from = 0; from < 20; from++)
                for (size_t n = 0; n < 100; n += 7) {
                        _cleanup_free_ char *expected = calloc(1, 200);

                        s = screen_free(s);
                        s = screen_fed(2, 150, "", 0);
                        screen_feed(s, text + from, n);
                        screen_feed(s, "\x7f", 1);
                        memcpy(expected, text + from, n);
                        if (n > 0)
                                expected[n] = '\n';
                        assert_text(s, expected);
                }
}

TEST(wraps) {
        _cleanup_screen_ Screen *s = SCREEN(3, 5, "abcde");

        assert_cursor(s, 0, 4);
        FEED(s, "f");
        assert_text(s, "abcde\nf\n");
        FEED(s, "ghijklmno");
        assert_text(s, "abcde\nfghij\nklmno\n");
        FEED(s, "p");
        assert_all_text(s, "abcde\nfghij\nklmno\np\n");
        ck_assert_uint_eq(screen_scrollback(s), 1);
        FEED(s, "\x1b[?7l1234567");
        assert_text(s, "fghij\nklmno\np1237\n");
}

TEST(pending_wrap_is_forgotten_by_moves_only) {
        _cleanup_screen_ Screen *s = SCREEN(3, 5, "abcde\x1b[1m\x1b[?25lf\r\n");

        assert_text(s, "abcde\nf\n");
        FEED(s, "12345\rx\r\n12345\bx");
        assert_text(s, "f\nx2345\n123x5\n");
}

TEST(wide) {
        _cleanup_screen_ Screen *s = SCREEN(3, 5, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e");

        assert_text(s, "\xe6\x97\xa5\xe6\x9c\xac\n\xe8\xaa\x9e\n");
        FEED(s, "\x1b[1;2Hx");
        assert_text(s, " x\xe6\x9c\xac\n\xe8\xaa\x9e\n");
        FEED(s, "\x1b[?7l\x1b[3;5H\xe6\x97\xa5");
        assert_text(s, " x\xe6\x9c\xac\n\xe8\xaa\x9e\n   \xe6\x97\xa5\n");
        s = screen_free(s);
        s = SCREEN(3, 1,
                "a\xe6\x97\xa5"
                "b");
        assert_text(s, "a\nb\n");
}

TEST(combining) {
        _cleanup_screen_ Screen *s = SCREEN(3, 5, "e\xcc\x81x\xe6\x97\xa5\xcc\x88\r\n\xcc\x81z");

        assert_text(s, "e\xcc\x81x\xe6\x97\xa5\xcc\x88\nz\n");
        FEED(s, "\r\n12345\xcc\x81"); /* on what waits at the edge */
        assert_text(s, "e\xcc\x81x\xe6\x97\xa5\xcc\x88\nz\n12345\xcc\x81\n");
        assert_restores(s);
}

TEST(emoji) {
        /* woman, joiner, girl: each as wide as alone; heart with variation selector: narrow */
        _cleanup_screen_ Screen *s =
                SCREEN(2, 10, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7|\xe2\x9d\xa4\xef\xb8\x8f|");

        assert_cursor(s, 0, 7);
        assert_text(s, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7|\xe2\x9d\xa4\xef\xb8\x8f|\n");
}

TEST(insert_mode) {
        _cleanup_screen_ Screen *s = SCREEN(2, 6, "abcdef\x1b[1;3H\x1b[4hXY\xe6\x97\xa5");

        assert_text(s, "abXY\xe6\x97\xa5\n");
}

TEST(repeats) {
        _cleanup_screen_ Screen *s = SCREEN(3, 6, "a\x1b[3b\r\n\x1b[31m\xe6\x97\xa5\x1b[b\r\n\x1b[2b");

        assert_styles(s, "aaaa\n\x1b[31m\xe6\x97\xa5\xe6\x97\xa5\x1b[m\n");
        FEED(s, "\x1b[mx\x1b[60000b");
        assert_text(s, "xxxxxx\nxxxxxx\nx\n"); /* a screenful */
}

TEST(character_sets) {
        _cleanup_screen_ Screen *s =
                SCREEN(3, 20, "\x1b(0q\x1b(Bq\x1b)0\x0eq\x0fq\x1b*0\x1bNqq\x1b+A\x1bO##\x1bnq\x1bo#");

        assert_text(s, "\xe2\x94\x80q\xe2\x94\x80q\xe2\x94\x80q\xc2\xa3#\xe2\x94\x80\xc2\xa3\n");
}

TEST(invalid_utf8) {
        _cleanup_screen_ Screen *s = SCREEN(3, 20, "a\xff\xe6\x97z");

        assert_text(s, "a\xef\xbf\xbd\xef\xbf\xbdz\n");
}

TEST_MAIN(runs, wraps, pending_wrap_is_forgotten_by_moves_only, wide, combining, emoji, insert_mode, repeats,
        character_sets, invalid_utf8);
