/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Operating system commands. */

#include "tests/unit/screen.h"

TEST(titles) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b]0;one\x07");

        ck_assert_str_eq(screen_title(s), "one");
        FEED(s, "\x1b]2;two; with more\x1b\\");
        ck_assert_str_eq(screen_title(s), "two; with more");
        FEED(s, "\x1b]1;icon\x07\x1b]2;\x07");
        ck_assert_str_eq(screen_title(s), "");
        assert_restores(s);
}

TEST(others_change_nothing) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "ab"), *other = SCREEN(5, 20, "ab");

        FEED(s, "\x1b]\x07\x1b];x\x07\x1b]x\x07\x1b]2x\x07\x1b]123456;x\x07\x1b]52;c;AAAA\x07\x1b]133;A\x07\x1b]4;?\x07");
        assert_same(s, other);
}

TEST_MAIN(titles, others_change_nothing);
