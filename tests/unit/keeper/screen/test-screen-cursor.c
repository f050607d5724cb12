/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where the cursor goes. */

#include "tests/unit/screen.h"

static void expect(const char *input, uint32_t row, uint32_t column) {
        _cleanup_screen_ Screen *s = screen_fed(10, 40, input, strlen(input));

        assert_cursor(s, row, column);
        assert_restores(s);
}

TEST(moves) {
        expect("\x1b[5;6H", 4, 5);
        expect("\x1b[H", 0, 0);
        expect("\x1b[99;99H", 9, 39);
        expect("\x1b[5;6H\x1b[2A\x1b[3B\x1b[4C\x1b[D", 5, 8);
        expect("\x1b[5;6H\x1b[99A\x1b[99D", 0, 0);
        expect("\x1b[5;6H\x1b[2E", 6, 0);
        expect("\x1b[5;6H\x1b[2F", 2, 0);
        expect("\x1b[5;6H\x1b[20G\x1b[3d", 2, 19);
        expect("\x1b[5;6H\x1b[20`\x1b[2a\x1b[2e", 6, 21);
        expect("\x1b[5;6f\x1b[0;0H", 0, 0);
        expect("abc\b\b", 0, 1);
        expect("abc\n\v\fx\r", 3, 0);
        expect("abc\x1b"
               "E",
                1, 0);
}

TEST(margins) {
        expect("\x1b[5;6H\x1b[3;7r", 0, 0);
        expect("\x1b[3;7r\x1b[5;1H\x1b[9A", 2, 0);
        expect("\x1b[3;7r\x1b[5;1H\x1b[9B", 6, 0);
        expect("\x1b[3;7r\x1b[2;1H\x1b[9A", 0, 0); /* it was outside */
        expect("\x1b[3;7r\x1b[9;1H\x1b[9B", 9, 0);
        expect("\x1b[3;7r\x1b[?6h", 2, 0);
        expect("\x1b[3;7r\x1b[?6h\x1b[2;5H", 3, 4);
        expect("\x1b[3;7r\x1b[?6h\x1b[99;5H", 6, 4);
        expect("\x1b[7;3r\x1b[5;5H", 4, 4); /* no margins */
        expect("\x1b[3;7r\x1b[7;1H\n\n\n", 6, 0);
        expect("\x1b[3;7r\x1b[9;1H\n\n\n", 9, 0);
}

TEST(side_margins) {
        expect("\x1b[?69h\x1b[5;20s\x1b[3;10H\x1b[99C", 2, 19);
        expect("\x1b[?69h\x1b[5;20s\x1b[3;10H\r", 2, 4);
        expect("\x1b[?69h\x1b[5;20s\x1b[3;2H\r", 2, 0);
        expect("\x1b[?69h\x1b[5;20s\x1b[3;30H\x1b[99C", 2, 39);
        expect("\x1b[?69h\x1b[5;20s\x1b[?6h\x1b[2;3H", 1, 6);
        expect("\x1b[?69h\x1b[5;20s\x1b[1;20Hxy", 1, 5);
        expect("\x1b[?69h\x1b[5;20s\x1b[?69l\x1b[3;10H\x1b[99C", 2, 39);
}

TEST(reverse_wrap) {
        expect("\x1b[3;1H\b", 2, 0);
        expect("\x1b[?45h\x1b[3;1H\b", 1, 39);
}

TEST(saves) {
        expect("\x1b[5;6H\x1b"
               "7\x1b[H\x1b"
               "8",
                4, 5);
        expect("\x1b[5;6H\x1b[s\x1b[H\x1b[u", 4, 5);
        expect("\x1b[5;6H\x1b[?1048h\x1b[H\x1b[?1048l", 4, 5);
        expect("\x1b[5;6H\x1b"
               "8",
                0, 0);
}

TEST(saves_more_than_the_place) {
        _cleanup_screen_ Screen *s = SCREEN(3, 20,
                "\x1b[1;31m\x1b(0\x1b"
                "7\x1b[m\x1b(Bq\x1b[2;1H\x1b"
                "8\x1b[2;1Hq");

        assert_styles(s, "q\n\x1b[1;31m\xe2\x94\x80\x1b[m\n");
}

TEST(tabs) {
        expect("\t", 0, 8);
        expect("1234567\t\t", 0, 16);
        expect("\x1b[2I\x1b[Z", 0, 8);
        expect("\t\t\t\t\t\t\t", 0, 39);
        expect("\x1b[3g\t", 0, 39);
        expect("\x1b[3g\x1b[5G\x1bH\r\t", 0, 4);
        expect("\x1b[9G\x1b[g\r\t", 0, 16);
        expect("\x1b[3g\x1b[?5W\t", 0, 8);
        expect("\x1b[99Z", 0, 0);
}

TEST(reverse_index) {
        _cleanup_screen_ Screen *s = SCREEN(3, 5,
                "a\r\nb\r\nc\x1b[H\x1bMx\x1b[3;1H\x1b"
                "Dy");

        assert_text(s, "a\nb\ny\n");
        ck_assert_uint_eq(screen_scrollback(s), 1);
}

TEST_MAIN(moves, margins, side_margins, reverse_wrap, saves, saves_more_than_the_place, tabs, reverse_index);
