/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Many lines at once come out as the same lines one by one. */

#include "keeper/vt/text-writer.h"
#include "tests/unit/screen.h"

static void expect_equal(const Screen *one, const Screen *other) {
        _cleanup_free_ char *a = picture_of(one), *b = picture_of(other);

        ck_assert_str_eq(a, b);
}

/* Feeds two screens in pieces, those of one too small for any line to be passed, and compares them. */
static void expect_same(
        uint32_t rows, uint32_t columns, uint32_t scrollback, const char *text, size_t size) {
        _cleanup_screen_ Screen *whole = NULL, *pieces = NULL;

        ck_assert_int_eq(screen_new(rows, columns, scrollback, &whole), 0);
        ck_assert_int_eq(screen_new(rows, columns, scrollback, &pieces), 0);
        for (size_t i = 0; i < size; i += 997)
                screen_feed(whole, text + i, MIN(size - i, (size_t) 997));
        for (size_t i = 0; i < size; i += 11)
                screen_feed(pieces, text + i, MIN(size - i, (size_t) 11));
        expect_equal(whole, pieces);
        ck_assert_uint_eq(screen_scrollback(whole), screen_scrollback(pieces));
        ck_assert_uint_eq(screen_cursor(whole).row, screen_cursor(pieces).row);
        ck_assert_uint_eq(screen_cursor(whole).column, screen_cursor(pieces).column);
        /* Lines come back out of the scrollback. */
        ck_assert_int_eq(screen_resize(whole, rows + 30, columns - 3), 0);
        ck_assert_int_eq(screen_resize(pieces, rows + 30, columns - 3), 0);
        expect_equal(whole, pieces);
}

/* Puts something before, between and behind 300 numbered lines, the first of them at the bottom of the
 * screen. */
static void expect_same_with(const char *before, const char *between, const char *behind) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        for (unsigned round = 0; round < 2; round++) {
                text_writer_text(&w, before);
                for (unsigned i = 0; i < 300; i++) {
                        text_writer_format(&w, "%*ulqx\r\n", (int) (i * 7 % 20), i);
                        if (i == 150)
                                text_writer_text(&w, between);
                }
                text_writer_text(&w, behind);
        }
        ck_assert(!w.failed);
        for (uint32_t rows = 1; rows < 70; rows += 11) {
                expect_same(rows, 20, 1000, w.data, w.size);
                expect_same(rows, 21, 10, w.data, w.size);
                expect_same(rows, 80, 0, w.data, w.size);
        }
}

TEST(plain) {
        expect_same_with("", "", "");
        expect_same_with("", "", "prompt$ ");
        expect_same_with("above\r\n\r\n", "\r\n\r\n   \r\n", "\x1b[1A?");
}
END_TEST

TEST(lines_come_back_to_a_larger_screen) {
        _cleanup_screen_ Screen *s = SCREEN(3, 20, "\n\n\n");
        _cleanup_text_writer_ TextWriter w = { 0 };

        for (unsigned i = 1; i <= 100; i++)
                text_writer_format(&w, "line %u\r\n", i);
        ck_assert(!w.failed);
        screen_feed(s, w.data, w.size);
        assert_text(s, "line 99\nline 100\n");
        ck_assert_int_eq(screen_resize(s, 6, 20), 0);
        assert_text(s, "line 96\nline 97\nline 98\nline 99\nline 100\n");
        assert_restores(s);
}
END_TEST

TEST(mixed) {
        expect_same_with("", "\x1b[31mred\r\nand\x1b[m\r\n", "\x1b[b");
        expect_same_with("\x1b[44m", "\x1b[m", "x");
        expect_same_with("\xe6\x97\xa5\r\n", "e\xcc\x81\r\n", "\xe6");
        expect_same_with("a line that wraps round the edge of the screen\r",
                "and another one that does so too\r\n", "");
        expect_same_with("\x1b[2;5r", "\x1b[r\x1b[99H", "");
        expect_same_with("\x1b[?1049h", "\x1b[?1049l\x1b[99H", "");
        expect_same_with("\x1b(0", "\x1b(B", "");
        expect_same_with("\x1b[1;31m", "\x1b[m", "");
        expect_same_with("\x1b[;9r\x1b[99H", "\x1b[r\x1b[99H", "");
        expect_same_with("x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n", "\n", "");
        expect_same_with("\x1b[4h", "\x1b[4l", "");
        expect_same_with("\x1b[?7l", "\x1b[?7h", "");
        expect_same_with("\x1b[20h\n", "\x1b[20l\n", "\t");
        expect_same_with("\x1b[99;1H###\r", "\x1b[99;1H\x1b[44m\x1b[K\x1b[m", "");
        expect_same_with("\x1b[?69h\x1b[2;9s", "\x1b[?69l\x1b[99H", "");
        expect_same_with("\x1b[", "m\x1b]2;title", "\x1b\\");
}
END_TEST

TEST_MAIN(plain, lines_come_back_to_a_larger_screen, mixed);
