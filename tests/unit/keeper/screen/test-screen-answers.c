/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers to programs. */

#include "tests/unit/screen.h"

static void expect(const char *input, const char *expected) {
        _cleanup_screen_ Screen *s = screen_fed(10, 40, input, strlen(input));
        char buffer[128];
        size_t n = screen_take_answers(s, buffer, sizeof(buffer) - 1);

        buffer[n] = 0;
        ck_assert_str_eq(buffer, expected);
        ck_assert_uint_eq(screen_take_answers(s, buffer, sizeof(buffer)), 0);
}

TEST(answers) {
        expect("text", "");
        expect("\x1b[c\x1b[0c", "\x1b[?62;22c\x1b[?62;22c");
        expect("\x1b[5n", "\x1b[0n");
        expect("\x1b[3;4H\x1b[6n\x1b[?6n", "\x1b[3;4R\x1b[?3;4;1R");
        expect("\x1b[3;8r\x1b[?6h\x1b[2;2H\x1b[6n", "\x1b[2;2R");
        expect("\x1b[?2004$p\x1b[?7$p\x1b[4$p\x1b[?9999$p",
                "\x1b[?2004;2$y\x1b[?7;1$y\x1b[4;2$y\x1b[?9999;0$y");
}

/* They are kept for a terminal that has them; nobody is told that there is one. */
TEST(offers_only_what_there_is) {
        expect("\x1b[?2027$p\x1b[?2027h\x1b[?2027$p", "\x1b[?2027;0$y\x1b[?2027;0$y");
        expect("\x1b[?5522h\x1b[?5522$p\x1b[?9001$p", "\x1b[?5522;0$y\x1b[?9001;0$y");
}

TEST(does_not_answer_the_rest) {
        expect("\x1b[1c\x1b[>c\x1b[=c\x1b[>q\x1b[?u\x1b]10;?\x07\x1b]4;1;?\x07\x1bP$qm\x1b\\\x1b[18t\x1b[14t\x1b[21t\x05",
                "");
}

TEST(bounded) {
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "");
        char buffer[4096];
        size_t n;

        for (unsigned i = 0; i < 10000; i++)
                FEED(s, "\x1b[c");
        n = screen_take_answers(s, buffer, 10);
        ck_assert_uint_eq(n, 10);
        n += screen_take_answers(s, buffer + n, sizeof(buffer) - n);
        ck_assert_uint_gt(n, 500);
        ck_assert_uint_eq(n % strlen("\x1b[?62;22c"), 0);
        ck_assert_mem_eq(buffer, "\x1b[?62;22c\x1b[?62;22c", 18);
}

TEST_MAIN(answers, offers_only_what_there_is, does_not_answer_the_rest, bounded);
