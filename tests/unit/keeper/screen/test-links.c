/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Hyperlinks: where they are, that they come back, and that there is an end to them. */

#include <stdio.h>

#include "keeper/screen/links.h"
#include "tests/unit/screen.h"

#define OPEN(text) "\x1b]8;" text "\x1b\\"
#define CLOSE      OPEN(";")

static void assert_contains(const Screen *s, const char *text, bool expected) {
        _cleanup_free_ char *picture = picture_of(s);

        ck_assert_msg(!!strstr(picture, text) == expected, "%s in %s", text + 1, picture);
}

TEST(come_back) {
        _cleanup_screen_ Screen *s = SCREEN(5, 40, "a" OPEN(";http://x/") "link" CLOSE "b");

        assert_contains(s, "a" OPEN(";http://x/") "link" CLOSE "b", true);
        assert_restores(s);
        assert_text(s, "alinkb\n");
        assert_styles(s, "alinkb\n");
        FEED(s, "\x1b[H\x1b[2J");
        assert_contains(s, "http", false);
}

TEST(with_attributes) {
        _cleanup_screen_ Screen *s =
                SCREEN(5, 40, OPEN(";http://x/") "a\x1b[1;4;58:5:3mb\x1b[59mc\x1b[md" CLOSE "\x1b[4me");

        assert_contains(s, OPEN(";http://x/") "a\x1b[1;4;58:5:3mb\x1b[59mc\x1b[md" CLOSE "\x1b[4me", true);
        assert_restores(s);
}

TEST(names) {
        _cleanup_screen_ Screen *s =
                SCREEN(5, 40, OPEN("foo=1:id=n:bar=2;http://x/;y?") "a" OPEN("id=m;http://x/;y?") "b");

        assert_contains(s, OPEN("id=n;http://x/;y?") "a" OPEN("id=m;http://x/;y?"), true);
        assert_restores(s);
}

/* One that is open goes on behind the picture, a saved cursor has none. */
TEST(open_at_the_end) {
        _cleanup_screen_ Screen *s = SCREEN(5, 40,
                                        OPEN(";u") "a\x1b"
                                                   "7\x1b[31m"),
                                *copy = restored(s);

        FEED(s,
                "b\x1b"
                "8c" CLOSE "\x1b"
                "8d");
        FEED(copy,
                "b\x1b"
                "8c" CLOSE "\x1b"
                "8d");
        assert_same(s, copy);
        assert_contains(s, "a" CLOSE "d", true);
}

TEST(none) {
        static char input[4096] = "\x1b]8;;";
        _cleanup_screen_ Screen *s =
                SCREEN(5, 40, OPEN("") "a" OPEN("id=x;") "b" OPEN("x") "c" OPEN(";u") OPEN(";") "d");

        memset(input + 5, 'u', 3000);
        strcpy(input + 3005,
                "\x07"
                "e");
        screen_feed(s, input, strlen(input));
        assert_contains(s, "abcde", true);
}

TEST(scrolled_off) {
        _cleanup_screen_ Screen *s =
                SCREEN(2, 20, OPEN(";u1") "one" CLOSE "\r\n" OPEN(";u2") "two" CLOSE "\r\nthree\r\nfour");

        ck_assert_uint_eq(screen_scrollback(s), 2);
        assert_contains(s, OPEN(";u1") "one" CLOSE, true);
        assert_all_text(s, "one\ntwo\nthree\nfour\n");
        assert_restores(s);
        ck_assert_int_eq(screen_resize(s, 4, 20), 0);
        assert_contains(s, OPEN(";u1") "one" CLOSE, true);
        assert_contains(s, OPEN(";u2") "two" CLOSE, true);
        assert_restores(s);
}

TEST(bounded) {
        _cleanup_screen_ Screen *s = SCREEN(3, 20, "");
        char text[64];

        for (unsigned i = 0; i < 3 * LINKS_MAX; i++) {
                snprintf(text, sizeof(text), "\x1b[H" OPEN(";http://x/%u") "a", i);
                screen_feed(s, text, strlen(text));
        }
        ck_assert_uint_lt(strlen(text), sizeof(text));
        snprintf(text, sizeof(text), ";http://x/%u\x1b", 3 * LINKS_MAX - 1);
        assert_contains(s, text, true);
        assert_restores(s);
}

TEST(anywhere) {
        ASSERT_RESTORES_ANYWHERE(3, 10,
                "a" OPEN(";http://x/") "link\x1b[31m over two lines\x1b[4;58;5;1mx" CLOSE
                                       "b\x1b[?1049h" OPEN("id=1;y") "z\x1b[0m"
                                                                     "q" CLOSE);
}

TEST_MAIN(come_back, with_attributes, names, open_at_the_end, none, scrolled_off, bounded, anywhere);
