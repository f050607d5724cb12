/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Modes, and that they come back. */

#include "tests/unit/screen.h"

TEST(set_and_reset) {
        static const unsigned numbers[] = { 1, 5, 6, 7, 8, 12, 25, 40, 45, 66, 67, 69, 1004, 1005, 1006,
                1007, 1015, 1016, 1034, 1035, 1036, 1039, 2004, 2026, 2031, 2048, 5522, 9001, 9, 1000, 1002,
                1003, 47, 1047, 1049 };

        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                char set[32], reset[32];
                _cleanup_screen_ Screen *s = SCREEN(5, 20, "text"), *copy = NULL;

                (void) snprintf(set, sizeof(set), "\x1b[?%uh", numbers[i]);
                (void) snprintf(reset, sizeof(reset), "\x1b[?%ul", numbers[i]);
                screen_feed(s, set, strlen(set));
                ck_assert_msg(screen_mode(s, true, numbers[i]) == 1, "%u", numbers[i]);
                copy = restored(s);
                ck_assert_msg(screen_mode(copy, true, numbers[i]) == 1, "%u", numbers[i]);
                assert_same(s, copy);
                screen_feed(s, reset, strlen(reset));
                ck_assert_msg(screen_mode(s, true, numbers[i]) == 0, "%u", numbers[i]);
                assert_restores(s);
                /* a terminal that was left with the mode set is put right */
                copy = screen_free(copy);
                copy = screen_fed(5, 20, set, strlen(set));
                if (numbers[i] != 40 && numbers[i] != 45) {
                        _cleanup_free_ char *picture = picture_of(s);

                        screen_feed(copy, picture, strlen(picture));
                        ck_assert_msg(screen_mode(copy, true, numbers[i]) == 0, "%u", numbers[i]);
                }
        }
}

TEST(several_at_once) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[?1000;1006;2004h\x1b[4;20h");

        ck_assert_int_eq(screen_mode(s, true, 1000), 1);
        ck_assert_int_eq(screen_mode(s, true, 1006), 1);
        ck_assert_int_eq(screen_mode(s, true, 2004), 1);
        ck_assert_int_eq(screen_mode(s, false, 4), 1);
        ck_assert_int_eq(screen_mode(s, false, 20), 1);
        assert_restores(s);
}

TEST(mouse_modes_replace_each_other) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[?1000h\x1b[?1003h\x1b[?1005h\x1b[?1006h");

        ck_assert_int_eq(screen_mode(s, true, 1000), 0);
        ck_assert_int_eq(screen_mode(s, true, 1003), 1);
        ck_assert_int_eq(screen_mode(s, true, 1006), 1);
        FEED(s, "\x1b[?1002l\x1b[?1005l");
        ck_assert_int_eq(screen_mode(s, true, 1003), 0);
        ck_assert_int_eq(screen_mode(s, true, 1006), 1);
}

TEST(newline_mode) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[20hab\nc");

        assert_text(s, "ab\nc\n");
}

TEST(keypad) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b=");

        ck_assert_int_eq(screen_mode(s, true, 66), 1);
        FEED(s, "\x1b>");
        ck_assert_int_eq(screen_mode(s, true, 66), 0);
}

TEST(saved_and_restored) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b[?2004h\x1b[?2004s\x1b[?2004l\x1b[?2004r");

        ck_assert_int_eq(screen_mode(s, true, 2004), 1);
}

TEST(column_mode) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "ab\x1b[?3h");

        assert_text(s, "ab\n"); /* it was not allowed */
        FEED(s, "\x1b[?40h\x1b[?3hc");
        assert_text(s, "c\n");
}

TEST_MAIN(set_and_reset, several_at_once, mouse_modes_replace_each_other, newline_mode, keypad,
        saved_and_restored, column_mode);
