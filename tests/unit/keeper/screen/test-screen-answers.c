/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers to programs. */

#include "tests/unit/screen.h"

static void expect(const char *input, const char *expected) {
        _cleanup_screen_ Screen *s = screen_fed(10, 40, input, strlen(input));
        char buffer[512];
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

TEST(what_it_is) {
        expect("\x1bZ\x1b[>c\x1b[=0c", "\x1b[?62;22c\x1b[>0;276;0c\x1bP!|00000000\x1b\\");
        expect("\x1b[>q\x1b[>0q",
                "\x1bP>|compute-sessions(" PACKAGE_VERSION ")\x1b\\"
                "\x1bP>|compute-sessions(" PACKAGE_VERSION ")\x1b\\");
        expect("\x1b[x\x1b[1x\x1b[2x", "\x1b[2;1;1;128;128;1;0x\x1b[3;1;1;128;128;1;0x");
}

TEST(sizes) {
        expect("\x1b[18t\x1b[19t\x1b[14t\x1b[16t", "\x1b[8;10;40t\x1b[9;10;40t\x1b[4;160;320t\x1b[6;16;8t");
}

TEST(reports_sizes_once_they_are_wanted) {
        static const char reports[] = "\x1b[48;6;20;96;160t\x1b[48;7;30;112;240t";
        _cleanup_screen_ Screen *s = SCREEN(5, 20, "");
        char buffer[64];

        ck_assert_int_eq(screen_resize(s, 6, 20), 0);
        ck_assert_uint_eq(screen_take_answers(s, buffer, sizeof(buffer)), 0);
        FEED(s, "\x1b[?2048h");
        ck_assert_int_eq(screen_resize(s, 7, 30), 0);
        ck_assert_uint_eq(screen_take_answers(s, buffer, sizeof(buffer)), strlen(reports));
        ck_assert_mem_eq(buffer, reports, strlen(reports));
        FEED(s, "\x1b[?2048l");
        ck_assert_int_eq(screen_resize(s, 8, 20), 0);
        ck_assert_uint_eq(screen_take_answers(s, buffer, sizeof(buffer)), 0);
}

/* What a title says was printed by anybody, and would be typed as it is. */
TEST(titles_are_not_told) {
        expect("\x1b]2;rm -rf\x07\x1b[21t\x1b[20t", "\x1b]l\x1b\\\x1b]L\x1b\\");
}

TEST(keys) {
        expect("\x1b[?u\x1b[>5u\x1b[?u\x1b[=2;2u\x1b[?u\x1b[<u\x1b[?u", "\x1b[?0u\x1b[?5u\x1b[?7u\x1b[?0u");
        expect("\x1b[?4m\x1b[>4;2m\x1b[?4m\x1b[?99m", "\x1b[>4;0m\x1b[>4;2m");
}

TEST(what_is_not_there_says_so) {
        expect("\x1b[?15n\x1b[?26n\x1b[?55n", "\x1b[?13n\x1b[?27;1;0;0n\x1b[?50n");
        expect("\x1b[?2;1;0S\x1b[1$w\x1b[&u\x1b[0'|", "\x1b[?2;3S\x1bP0$u\x1b\\\x1bP0!u%5\x1b\\\x1b[0&w");
}

TEST(dark_or_light) {
        expect("\x1b[?996n\x1b]11;#ffffdd\x07\x1b[?996n", "\x1b[?997;1n\x1b[?997;2n");
}

/* They are kept for a terminal that has them; nobody is told that there is one. */
TEST(offers_only_what_there_is) {
        expect("\x1b[?2027$p\x1b[?2027h\x1b[?2027$p", "\x1b[?2027;0$y\x1b[?2027;0$y");
        expect("\x1b[?5522h\x1b[?5522$p\x1b[?9001$p", "\x1b[?5522;0$y\x1b[?9001;0$y");
}

TEST(does_not_answer_the_rest) {
        expect("\x1b[1c\x1b[>1c\x1b[22t\x1b[8;5;5t\x05\x1b[7n\x1b[?7n", "");
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

TEST_MAIN(answers, what_it_is, sizes, reports_sizes_once_they_are_wanted, titles_are_not_told, keys,
        what_is_not_there_says_so, dark_or_light, offers_only_what_there_is, does_not_answer_the_rest,
        bounded);
