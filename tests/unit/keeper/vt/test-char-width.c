/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How wide characters are. */

#include "keeper/vt/char-width.h"
#include "tests/unit/test-main.h"

TEST(narrow) {
        static const uint32_t codes[] = { 0xa0, 0xad, 0xe9, 0x3b1, 0x2500, 0x2019, 0x20ac, 0xfffd, 0xe000,
                0x10ffff };

        for (size_t i = 0; i < ELEMENTSOF(codes); i++)
                ck_assert_msg(char_width(codes[i]) == 1, "U+%04X", codes[i]);
}

TEST(wide) {
        static const uint32_t codes[] = { 0x1100, 0x3042, 0x4e00, 0x9fff, 0xac00, 0xd7a3, 0xff21, 0x1f600,
                0x1f1e9 + 0x4417, 0x231a, 0x20000, 0x3fffd, 0x1f6dc /* since Unicode 15 */ };

        for (size_t i = 0; i < ELEMENTSOF(codes); i++)
                ck_assert_msg(char_width(codes[i]) == 2, "U+%04X", codes[i]);
}

TEST(none) {
        static const uint32_t codes[] = { 0x300, 0x36f, 0x483, 0x5b0, 0x1160, 0x200b, 0x200d, 0x20d0, 0x302a,
                0xfe0f, 0xfeff, 0xe0100, 0x1d167, 0x11f00 /* since Unicode 15 */ };

        for (size_t i = 0; i < ELEMENTSOF(codes); i++)
                ck_assert_msg(char_width(codes[i]) == 0, "U+%04X", codes[i]);
}

TEST_MAIN(narrow, wide, none);
