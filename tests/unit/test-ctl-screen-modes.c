/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What has to be undone on the user's terminal, and that plain text asks for nothing. */

#include "ctl/screen-modes.h"
#include "tests/unit/test-main.h"

#define ALWAYS "\030\033[m\033(B\017\033[4l"

/* Feeds the bytes, in pieces of every size, and compares what undoes them. */
static bool undoes(const char *bytes, const char *expected) {
        bool anywhere = false;

        for (size_t piece = 1; piece <= strlen(bytes) + 1; piece++) {
                _cleanup_free_ char *text = NULL;
                ScreenModes modes = {};
                size_t size;
                FILE *f;

                for (size_t at = 0; at < strlen(bytes); at += piece)
                        screen_modes_feed(&modes, bytes + at, MIN(piece, strlen(bytes) - at));
                f = open_memstream(&text, &size);
                ck_assert_ptr_nonnull(f);
                anywhere = screen_modes_undo(&modes, f);
                ck_assert_int_eq(fclose(f), 0);
                ck_assert_str_eq(text, expected);
        }
        return anywhere;
}

TEST(text_changes_nothing) {
        ck_assert(!undoes("", ""));
        ck_assert(!undoes("hello [?1049h\r\n\a\b", ""));
}

TEST(modes_are_undone) {
        ck_assert(undoes("\033[31mred", ALWAYS));
        ck_assert(undoes("\033[?25l", ALWAYS "\033[?25h"));
        ck_assert(undoes("\033[?2004h$ ", ALWAYS "\033[?2004l"));
        ck_assert(undoes("\033[?1000;1006h", ALWAYS "\033[?1000l\033[?1006l"));
        ck_assert(undoes("\033=", ALWAYS "\033>"));
        ck_assert(undoes("\033[2;5r", ALWAYS "\0337\033[r\0338"));
        ck_assert(undoes("\033[4 q", ALWAYS "\033[0 q"));
        ck_assert(undoes("\033[?9999h", ALWAYS));
}

TEST(alternate_screen_brings_the_cursor_back) {
        ck_assert(!undoes("\033[?1049h\033[?25lvi", ALWAYS "\033[?25h\033[?1049l"));
        ck_assert(undoes("\033[?1049hvi\033[?1049l", ALWAYS));
}

TEST(keyboard_protocols_are_undone) {
        ck_assert(undoes("\033[>1u\033[>5u", ALWAYS "\033[<2u"));
        ck_assert(undoes("\033[>1u\033[<u", ALWAYS));
        ck_assert(undoes("\033[>1u\033[<9u", ALWAYS));
        ck_assert(undoes("\033[>4;2m", ALWAYS "\033[=0u\033[>4m"));
        ck_assert(undoes("\033[?u", ALWAYS));
}

TEST(what_was_undone_by_the_program_is_forgotten) {
        ck_assert(undoes("\033[?25l\033[?25h\033[?1003h\033[?1003l", ALWAYS));
        ck_assert(undoes("\033[?25l\033[?1003h\033c", ALWAYS));
}

TEST(strings_are_skipped) {
        ck_assert(undoes("\033]0;title [?25l\a", ALWAYS));
        ck_assert(undoes("\033P[?25l\033\\", ALWAYS));
        ck_assert(undoes("\033[?25\030l", ALWAYS));
        ck_assert(undoes("\033[?2\033[?25l", ALWAYS "\033[?25h"));
}

TEST(no_sequence_is_too_long) {
        char bytes[4096] = "\033[?";

        for (size_t i = 3; i < sizeof(bytes) - 2; i++)
                bytes[i] = i % 2 ? '1' : ';';
        bytes[sizeof(bytes) - 2] = 'h';
        ScreenModes modes = {};
        screen_modes_feed(&modes, bytes, strlen(bytes));
        memset(bytes + 3, '9', sizeof(bytes) - 5);
        screen_modes_feed(&modes, bytes, strlen(bytes));
        ck_assert_uint_eq(modes.n_parameters, 1);
}

TEST_MAIN(text_changes_nothing, modes_are_undone, alternate_screen_brings_the_cursor_back,
        keyboard_protocols_are_undone, what_was_undone_by_the_program_is_forgotten, strings_are_skipped,
        no_sequence_is_too_long);
