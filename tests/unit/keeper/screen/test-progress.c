/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Progress, and that it comes back. */

#include "keeper/screen/progress.h"
#include "tests/unit/screen.h"

static void expect(const char *text, const char *expected) {
        _cleanup_text_writer_ TextWriter w = { 0 };
        Progress p = { .state = PROGRESS_NORMAL, .percent = 30, .touched = true };

        progress_osc(&p, text, strlen(text));
        progress_write(&p, &w);
        text_writer_byte(&w, 0);
        ck_assert_str_eq(w.data, expected);
}

TEST(is_said) {
        expect("4;1;50", "\x1b]9;4;1;50\x1b\\");
        expect("4;1;1000", "\x1b]9;4;1;100\x1b\\");
        expect("4;1", "\x1b]9;4;1;0\x1b\\");
        expect("4;1;", "\x1b]9;4;1;0\x1b\\");
        expect("4;3;50", "\x1b]9;4;3;0\x1b\\");
        expect("4;0;50", "\x1b]9;4;0;0\x1b\\");
        expect("4;2;70", "\x1b]9;4;2;70\x1b\\");
}

TEST(an_error_or_a_pause_leaves_the_bar) {
        expect("4;2", "\x1b]9;4;2;30\x1b\\");
        expect("4;4", "\x1b]9;4;4;30\x1b\\");
}

TEST(others_change_nothing) {
        static const char *const others[] = { "", "4", "4;", "4;5", "4;12", "4;x", "4;1;x", "4;1;5;5",
                "1;1;1", "4 is a message" };
        Progress p = { 0 };

        for (size_t i = 0; i < ELEMENTSOF(others); i++) {
                expect(others[i], "\x1b]9;4;1;30\x1b\\");
                progress_osc(&p, others[i], strlen(others[i]));
                ck_assert(!p.touched);
        }
}

TEST(comes_back) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "\x1b]9;hello\x07"), *none = SCREEN(5, 20, "");

        assert_same(s, none);
        FEED(s, "\x1b]9;4;1;30\x1b\\");
        assert_restores(s);
        FEED(s, "\x1b]9;4;2\x1b\\");
        FEED(none, "\x1b]9;4;2;30\x1b\\");
        assert_same(s, none);
        FEED(s,
                "\x1b"
                "c");
        FEED(none,
                "\x1b"
                "c\x1b]9;4;0\x1b\\");
        assert_same(s, none);
}

TEST_MAIN(is_said, an_error_or_a_pause_leaves_the_bar, others_change_nothing, comes_back);
