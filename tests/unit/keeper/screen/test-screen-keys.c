/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is said about keys comes back. */

#include "tests/unit/screen.h"

/* Does the picture say so? */
static void expect(const char *input, const char *expected) {
        _cleanup_screen_ Screen *s = screen_fed(5, 20, input, strlen(input));
        _cleanup_free_ char *picture = picture_of(s);

        ck_assert_msg(strstr(picture, expected), "%s", picture);
        assert_restores(s);
}

TEST(modify_other_keys) {
        expect("\x1b[>4;2m", "\x1b[>4;2m");
        expect("\x1b[>4;2m\x1b[>4m", "\x1b[>4;0m");
        expect("\x1b[>4;2m\x1b[>m", "\x1b[>4;0m");
        expect("\x1b[>99;2m\x1b[>1;3m", "\x1b[>1;3m");
}

TEST(kitty_flags) {
        expect("\x1b[=5u", "\x1b[<9u\x1b[=5;1u");
        expect("\x1b[=5u\x1b[=2;2u\x1b[=1;3u", "\x1b[=6;1u");
        expect("\x1b[>1u\x1b[>3u", "\x1b[=0;1u\x1b[>1u\x1b[>3u");
        expect("\x1b[>1u\x1b[>3u\x1b[<u", "\x1b[=0;1u\x1b[>1u\x1b[");
        expect("\x1b[>1u\x1b[<9u", "\x1b[=0;1u\x1b[");
}

TEST(each_screen_has_its_own) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[>1u\x1b[?1049h\x1b[>3u"), *main = NULL;

        assert_restores(s);
        FEED(s, "\x1b[?1049l");
        main = SCREEN(5, 20, "\x1b[>1u");
        assert_same(s, main);
}

TEST(stack_is_bounded) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "");

        for (unsigned i = 0; i < 1000; i++)
                FEED(s, "\x1b[>1u");
        assert_restores(s);
}

TEST_MAIN(modify_other_keys, kitty_flags, each_screen_has_its_own, stack_is_bounded);
