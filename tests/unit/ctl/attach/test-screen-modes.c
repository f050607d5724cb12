/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What has to be undone on the user's terminal, and that plain text asks for nothing. */

#include "ctl/attach/screen-modes.h"
#include "tests/unit/test-main.h"

#define END    "\030\033\\"
#define RESET  "\033[m\033(B\017\033[4l\033[20l"
#define ALWAYS END RESET

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
                anywhere = screen_modes_undo(&modes, 20, f);
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
        ck_assert(undoes("\033[?1035l\033[?2048h", ALWAYS "\033[?1035h\033[?2048l"));
        ck_assert(undoes("\033[?9001h\033[?5522h", ALWAYS "\033[?5522l\033[?9001l"));
        ck_assert(undoes("\033[?1061h\033[?1070l", ALWAYS "\033[?1070h\033[?1061l"));
        ck_assert(undoes("\033[?9999h", ALWAYS));
}

TEST(alternate_screen_brings_the_cursor_back) {
        ck_assert(!undoes("\033[?1049h\033[?25lvi", END "\033[?1049l" RESET "\033[?25h"));
        ck_assert(undoes("\033[?1049hvi\033[?1049l", ALWAYS));
        ck_assert(undoes("\033[?47hvi", END "\033[?47l" RESET));
        ck_assert(undoes("\033[?1049hvi\033[?47l", ALWAYS));
}

/* What leaving it brings back is reset too: it was a program's. */
TEST(the_alternate_screen_is_left_first) {
        ck_assert(!undoes("\033[31m\033)0\016\033[?1049h\033[m", END "\033[?1049l" RESET "\033)B"));
}

TEST(keyboard_protocols_are_undone) {
        ck_assert(undoes("\033[>1u\033[>5u", END "\033[<2u" RESET));
        ck_assert(undoes("\033[>1u\033[<u", ALWAYS));
        ck_assert(undoes("\033[>1u\033[<9u", ALWAYS));
        ck_assert(undoes("\033[=3;1u", END "\033[=0u" RESET));
        ck_assert(undoes("\033[>4;2m\033[>1;1m", ALWAYS "\033[>1m\033[>4m"));
        ck_assert(undoes("\033[?u", ALWAYS));
        ck_assert(undoes("\033[>4n\033[>4;1f", ALWAYS "\033[>4m\033[>4f"));
}

TEST(each_screen_has_a_keyboard_of_its_own) {
        ck_assert(!undoes("\033[>1u\033[?1049h\033[>5u\033[>7u", END "\033[<2u\033[?1049l\033[<1u" RESET));
        ck_assert(undoes("\033[>1u\033[?1049h\033[>5u\033[?1049l", END "\033[<1u" RESET));
}

TEST(character_sets_are_undone) {
        ck_assert(undoes("\033(0\033)0", ALWAYS "\033)B"));
        ck_assert(undoes("\033*A\033+0\033)0\033)B", ALWAYS "\033*B\033+B"));
        ck_assert(undoes("\033)%5", ALWAYS "\033)B"));
        ck_assert(undoes("\033.A", ALWAYS "\033*B"));
        ck_assert(undoes("\033%@", ALWAYS "\033%G"));
        ck_assert(undoes("\033%@\033%G", ALWAYS));
        ck_assert(undoes("\033[1\"q", ALWAYS "\033[0\"q"));
}

TEST(tab_stops_are_undone) {
        ck_assert(undoes("\033[3g", ALWAYS "\0337\r\033[3g\033[8C\033H\033[8C\033H\0338"));
        ck_assert(undoes("\033H", ALWAYS "\0337\r\033[3g\033[8C\033H\033[8C\033H\0338"));
}

TEST(colors_are_undone) {
        ck_assert(undoes("\033]4;1;rgb:ff/00/00\033\\", ALWAYS "\033]104\033\\\033]105\033\\"));
        ck_assert(undoes("\033]11;#112233\a\033]12;red\a", ALWAYS "\033]111\033\\\033]112\033\\"));
        ck_assert(undoes("\033]11;#112233\a\033]111\a", ALWAYS));
        ck_assert(undoes("\033]11;?\a\033]4;1;?\033\\", ALWAYS));
        ck_assert(undoes("\033]11;#112233\030", ALWAYS));
        ck_assert(undoes("\033]21;foreground=red\a",
                ALWAYS "\033]104\033\\\033]105\033\\\033]110\033\\\033]111\033\\"
                       "\033]112\033\\\033]117\033\\\033]119\033\\"));
        ck_assert(undoes("\033]21;foreground=?\a\033]2;11;x\a", ALWAYS));
}

TEST(links_are_closed) {
        ck_assert(undoes("\033]8;;https://example.org/4;1?a\aab", ALWAYS "\033]8;;\033\\"));
        ck_assert(undoes("\033]8;id=1;file:///\033\\ab\033]8;;\033\\", ALWAYS));
}

TEST(the_pointer_is_the_usual_one) {
        ck_assert(undoes("\033]22;text\a", ALWAYS "\033]22;\033\\"));
        ck_assert(undoes("\033]22;text\a\033]22;\a", ALWAYS));
        ck_assert(undoes(
                "\033]22;>wait\a\033]22;>help,wait\a\033]22;<\a", ALWAYS "\033]22;<\033\\\033]22;<\033\\"));
        ck_assert(!undoes("\033]22;>wait\a\033[?1049h\033]22;>text\a",
                END "\033]22;<\033\\\033[?1049l" RESET "\033]22;<\033\\"));
        ck_assert(undoes("\033[?1049h\033]22;>text,wait\a\033[?1049l", ALWAYS));
        ck_assert(undoes("\033]22;?__current__\a\033]22;<\a", ALWAYS));
        ck_assert(undoes("\033[>2p", ALWAYS "\033[>1p"));
}

TEST(nothing_is_in_progress) {
        ck_assert(undoes("\033]9;4;1;30\a", ALWAYS "\033]9;4;0;0\033\\"));
        ck_assert(undoes("\033]9;4;3\033\\\033c", ALWAYS "\033]9;4;0;0\033\\"));
        ck_assert(undoes("\033]9;4;1;30\a\033]9;4;0\a", ALWAYS));
        ck_assert(undoes("\033]9;4 is a message\a\033]9;hello\a\033]9\a", ALWAYS));
}

TEST(controls_are_of_7_bits) {
        ck_assert(undoes("\033 G", ALWAYS "\033 F"));
        ck_assert(undoes("\033 G\033 F\033 L", ALWAYS));
}

TEST(titles_are_taken_from_the_stack) {
        ck_assert(undoes("\033[22;0t\033]2;x\a\033[22;0t", ALWAYS "\033[23;0t\033[23;0t"));
        ck_assert(undoes("\033[22;0t\033[23;0t\033[23;0t", ALWAYS));
        ck_assert(undoes("\033[8;24;80t", ALWAYS));
        ck_assert(undoes("\033[22;0t\033c", ALWAYS "\033[23;0t"));
}

/* What every picture begins with, as far as it sets something; and the modes that it says in any case. */
TEST(the_picture_of_a_fresh_terminal_leaves_nothing) {
        ck_assert(
                undoes("\030\033\\\033[?25l\033[?1049l\033[?69l\033[?6l\033[?7h\033[4l\033[20l"
                       "\033(B\033)B\033*B\033+B\017\033[m\033[H\033[J"
                       "\033[?1l\033[?5l\033>\033[?1004l\033[?2004l\033[?9l\033[?1000l\033[?1006l\033[?25h",
                        ALWAYS));
}

TEST(what_was_undone_by_the_program_is_forgotten) {
        ck_assert(undoes("\033[?25l\033[?25h\033[?1003h\033[?1003l", ALWAYS));
        ck_assert(undoes("\033[?25l\033[?1003h\033c", ALWAYS));
}

TEST(what_was_saved_and_comes_back_is_undone) {
        ck_assert(undoes("\033[?2004h\033[?2004;25s\033[?2004;25l\033[?2004;25r", ALWAYS "\033[?2004l"));
        ck_assert(undoes("\033[?25l\033[?25s\033[?25h\033[?25r", ALWAYS "\033[?25h"));
        ck_assert(undoes("\033[?2004s\033[?2004h\033[?2004r", ALWAYS));
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

static bool asks(const char *bytes) {
        ScreenModes modes = {};

        screen_modes_feed(&modes, bytes, strlen(bytes));
        return modes.asked;
}

TEST(questions_are_noticed) {
        static const char *const questions[] = { "\033[c", "\033[>c", "\033Z", "\033[6n", "\033[?6n",
                "\033[?7$p", "\033[>q", "\033[?u", "\033[18t", "\033]11;?\a", "\033]4;1;?\033\\",
                "\033]52;c;?\a", "\033P$qm\033\\", "\033_Ga=q\033\\", "\033[1$w" };
        static const char *const others[] = { "text?", "\033[m", "\033[2 q", "\033[>1u", "\033[u",
                "\033[22;0t", "\033[8;1;1t", "\033]0;what?\a", "\033]8;;http://x/?\a", "\033]11;red\a",
                "\033[!p", "\033[>4n" };

        for (size_t i = 0; i < ELEMENTSOF(questions); i++)
                ck_assert_msg(asks(questions[i]), "%s", questions[i] + 1);
        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                ck_assert_msg(!asks(others[i]), "%s", others[i] + 1);
}

TEST_MAIN(questions_are_noticed, text_changes_nothing, modes_are_undone,
        alternate_screen_brings_the_cursor_back, the_alternate_screen_is_left_first,
        keyboard_protocols_are_undone, each_screen_has_a_keyboard_of_its_own, character_sets_are_undone,
        tab_stops_are_undone, colors_are_undone, links_are_closed, the_pointer_is_the_usual_one,
        nothing_is_in_progress, controls_are_of_7_bits, titles_are_taken_from_the_stack,
        the_picture_of_a_fresh_terminal_leaves_nothing, what_was_undone_by_the_program_is_forgotten,
        what_was_saved_and_comes_back_is_undone, strings_are_skipped, no_sequence_is_too_long);
