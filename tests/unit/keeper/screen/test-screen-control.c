/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Control characters and ESC. */

#include "tests/unit/screen.h"

TEST(controls) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20,
                "a\x00\x01\x05\x07"
                "b\bc\td\re\nf");

        assert_text(s, "ec      d\n f\n");
}

TEST(escapes) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20,
                "a\x1b"
                "Db\x1b"
                "Ec\x1bM\x1bMd\x1bZ\x1b\\\x1b%G\x1b F\x1b(~e");

        assert_text(s, "ade\n b\nc\n");
}

TEST(back_and_forward_index) {
        _cleanup_screen_ Screen *s = SCREEN(2, 5,
                "abcde\x1b[2G\x1b"
                "6\x1b"
                "6");

        assert_cursor(s, 0, 0);
        assert_text(s, " abcd\n");
        FEED(s,
                "\x1b[5G\x1b"
                "9");
        assert_text(s, "abcd\n");
}

TEST_MAIN(controls, escapes, back_and_forward_index);
