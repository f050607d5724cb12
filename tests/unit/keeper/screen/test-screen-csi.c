/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Control sequences: that each is found, and that unknown ones do nothing. */

#include "tests/unit/screen.h"

TEST(unknown_ones_do_nothing) {
        static const char *const texts[] = { "\x1b[99z", "\x1b[?1z", "\x1b[>1;2;3t", "\x1b[1;2;3;4*z",
                "\x1b[1$z", "\x1b[=1h", "\x1b[>1h", "\x1b[!q", "\x1b[8;30;90t", "\x1b[1;2;3;4;5;6T",
                "\x1b[99 q", "\x1b[9999h", "\x1b[?9999h", "\x1b[9J", "\x1b[9K", "\x1b[2g", "\x1b[4i",
                "\x1b[|", "\x1b[~" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_screen_ Screen *s = SCREEN(5, 20, "text\x1b[2;3H"),
                                        *other = SCREEN(5, 20, "text\x1b[2;3H");
                size_t n = strlen(texts[i]);

                screen_feed(s, texts[i], n);
                assert_same(s, other);
        }
}

TEST(shapes_of_the_cursor) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[3 q");
        _cleanup_free_ char *picture = picture_of(s);

        ck_assert_ptr_nonnull(strstr(picture, "\x1b[3 q"));
        assert_restores(s);
}

TEST(scosc_with_margins_is_decslrm) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[3;3H\x1b[s\x1b[H\x1b[u");

        assert_cursor(s, 2, 2);
        FEED(s, "\x1b[?69h\x1b[5;10s\x1b[1;10Hxy");
        assert_text(s, "         x\n    y\n");
}

TEST_MAIN(unknown_ones_do_nothing, shapes_of_the_cursor, scosc_with_margins_is_decslrm);
