/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What of a program's output goes to whom, however it is cut. */

#include "keeper/terminal/output-filter.h"
#include "tests/unit/test-main.h"

typedef struct Got {
        char text[_VIEWER_MAX][65536];
        size_t size[_VIEWER_MAX];
        unsigned pieces;
} Got;

static void on_piece(void *userdata, ViewerSet viewers, const uint8_t *data, size_t size) {
        Got *got = userdata;

        ck_assert_uint_gt(size, 0);
        ck_assert_uint_ne(viewers, VIEWERS_NONE);
        got->pieces++;
        for (Viewer v = 0; v < _VIEWER_MAX; v++)
                if (viewers & VIEWER_BIT(v)) {
                        ck_assert_uint_lt(got->size[v] + size, sizeof(got->text[v]));
                        memcpy(got->text[v] + got->size[v], data, size);
                        got->size[v] += size;
                        got->text[v][got->size[v]] = 0;
                }
}

static void filter(const char *input, size_t size, size_t step, Got *got) {
        OutputFilter f;

        memset(got, 0, sizeof(*got));
        output_filter_init(&f, NULL, 0);
        for (size_t i = 0; i < size; i += step) {
                /* In memory of its own, so that nothing that is gone is passed on. */
                _cleanup_free_ uint8_t *part = NULL;
                size_t n = MIN(step, size - i);

                part = malloc(n);
                memcpy(part, input + i, n);
                output_filter_feed(&f, VIEWERS_ALL, part, n, on_piece, got);
        }
}

static void expect(
        const char *input, size_t size, const char *owner, const char *reader, const char *foreign) {
        static Got got;

        for (size_t step = 1; step <= size; step++) {
                filter(input, size, step, &got);
                ck_assert_str_eq(got.text[VIEWER_OWNER], owner);
                ck_assert_str_eq(got.text[VIEWER_READER], reader);
                ck_assert_str_eq(got.text[VIEWER_FOREIGN], foreign);
        }
}

#define EXPECT(input, owner, reader, foreign) expect(input, sizeof(input) - 1, owner, reader, foreign)
#define PASSES(input)                         EXPECT(input, input, input, input)
#define DROPPED(input)                        EXPECT("a" input "b", "ab", "ab", "ab")
#define OWNERS_ONLY(input)                    EXPECT("a" input "b", "a" input "b", "a" input "b", "ab")
#define WRITERS_ONLY(input)                   EXPECT("a" input "b", "a" input "b", "ab", "ab")
#define NOT_FOR_READERS(input)                EXPECT("a" input "b", "a" input "b", "ab", "a" input "b")

TEST(text) {
        PASSES("");
        PASSES("plain\r\n\ttext\a\x7f");
        PASSES("gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xc2\xa0\xc2\xbf \xf0\x9f\x98\x80 \xff\xc3\xc2\xa0");
}

TEST(what_everybody_sees) {
        PASSES("\x1b[1;38:2::1:2:3mx\x1b[m\x1b[5;5H\x1b[K\x1b[?25l\x1b[?1049h\x1b[2J\x1b[3;8r\x1b[4h\x1b[20l");
        PASSES("\x1b"
               "7\x1b"
               "8\x1b=\x1b>\x1b(0\x1b)B\x1b#8\x1b%G\x1b"
               "c\x1b[2 q\x1b[!p\x1b[1\"q");
        PASSES("\x1b[?2026hx\x1b[?2026l");
}

TEST(questions_are_for_nobody) {
        DROPPED("\x05");
        DROPPED("\x1b[c\x1b[0c\x1b[>c\x1b[=c\x1bZ");
        DROPPED("\x1b[5n\x1b[6n\x1b[?6n\x1b[?996n");
        DROPPED("\x1b[?2026$p\x1b[4$p");
        DROPPED("\x1bP$qm\x1b\\");
        DROPPED("\x1bP+q544e\x1b\\");
        DROPPED("\x1b[>q\x1b[>0q\x1b[x\x1b[?u\x1b[?4m\x1b[?1;1;0S");
        DROPPED("\x1b[18t\x1b[14;2t\x1b[21t\x1b[11t");
        DROPPED("\x1b]10;?\a\x1b]11;?\x1b\\\x1b]4;1;?\a\x1b]4;1;red;2;?\a\x1b]21;foreground=?\a\x1b]22;?text\a");
        DROPPED("\x1b]52;c;?\a\x1b]50;?\a\x1b]60\a\x1b]1337;ReportCellSize\a\x1b]99;i=1:p=?;\a\x1b]5113;ac=send\a");
        DROPPED("\x1b_Gi=31,a=q;AAAA\x1b\\\x1b_Ga=T;AAAA\x1b\\");
        DROPPED("\x1bP@kitty-cmd{}\x1b\\\x1bP1000p\x1b\\\x1bPtmux;\x1b\x1b\x1b\\");
        DROPPED("\x1b[1$w\x1b[&u\x1b[1'|\x1b[1;1;1;1;1;1*y\x1b[#R\x1b[1;1;1;1#|");
        DROPPED("\x1b[1;2;3;4;5T\x1b[?1001h\x1b[5i\x1b[2h\x1b[12l");
        DROPPED("\x1b[?2l\x1b[?38h\x1b[?46h\x1b[?2048h\x1b[?2027h\x1b G\x1b%@");
}

TEST(strings_of_the_owner) {
        OWNERS_ONLY("\x1b]0;title\a");
        OWNERS_ONLY("\x1b]2;t\xc3\xa9\x1b\\\x1b]7;file:///\x1b\\");
        OWNERS_ONLY("\x1b]9;4;1;50\x1b\\");
        OWNERS_ONLY("\x1b]11;#ffffff\a\x1b]111\a\x1b]4;1;red\a\x1b]104\a");
        OWNERS_ONLY("\x1b]133;A\a\x1b]9;done\a\x1b]777;notify;a;b\a\x1b]1337;SetMark\a");
        OWNERS_ONLY("\x1bP0;1q#1;2;0;0;0~\x07~\x1b\\");
        OWNERS_ONLY("\x1b[22;0t\x1b[23t");
        DROPPED("\x1b]9;7;rm\a\x1b]9;2;box\a\x1b]777;run;x\a\x1b]1337;Copy=;x\a\x1b]12345678;x\a\x1b];x\a\x1b]x\a");
        EXPECT("\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\", "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\",
                "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\", "y");
}

TEST(what_makes_terminals_send) {
        NOT_FOR_READERS("\x1b[?1000h\x1b[?1006h\x1b[?1004h\x1b[?2004h\x1b[?2031h");
        NOT_FOR_READERS("\x1b[>1u\x1b[=5;1u\x1b[<u\x1b[>4;2m\x1b[>4n");
        WRITERS_ONLY("\x1b[8;24;80t\x1b[?1042h");
        EXPECT("\x1b[?7;25h", "\x1b[?7h\x1b[?25h", "\x1b[?7h\x1b[?25h", "\x1b[?7h\x1b[?25h");
        EXPECT("\x1b[?1049;1004;2048h", "\x1b[?1049h\x1b[?1004h", "\x1b[?1049h", "\x1b[?1049h\x1b[?1004h");
}

TEST(clipboard) {
        static Got got;
        static const char input[] = "\x1b]52;c;aGk=\a";

        DROPPED("\x1b]52;c;aGk=\a");
        filter(input, strlen(input), 3, &got);
        ck_assert_str_eq(got.text[VIEWER_OWNER_CLIPBOARD], input);
        ck_assert_str_eq(got.text[VIEWER_FOREIGN_READER], "");
}

TEST(broken_sequences) {
        DROPPED("\x1b[1?5m\x1b[ 1m\x1b[1!!p\x1b[5\x18");
        EXPECT("\x1b[1\x1b[2mx", "\x1b[2mx", "\x1b[2mx", "\x1b[2mx");
        EXPECT("\x1b[1\n;2\x05\rm", "\n\r\x1b[1;2m", "\n\r\x1b[1;2m", "\n\r\x1b[1;2m");
        EXPECT("\x1b[1\xc3\xa9", "\xc3\xa9", "\xc3\xa9", "\xc3\xa9");
        EXPECT("\x1b]0;a\nb\x18x", "x", "x", "x");
        EXPECT("\x1b]0;a\nb\ac", "\x1b]0;ab\ac", "\x1b]0;ab\ac", "c");
        EXPECT("\x1b]0;a\x1b[1mb", "\x1b]0;a\x1b\\\x1b[1mb", "\x1b]0;a\x1b\\\x1b[1mb", "\x1b[1mb");
}

/* A control of two bytes must not be a way around. */
TEST(controls_of_two_bytes) {
        DROPPED("\xc2\x9b"
                "6n\xc2\x9a\xc2\x90$qm\xc2\x9c");
        EXPECT("\xc2\x9b"
               "1mx",
                "\x1b[1mx", "\x1b[1mx", "\x1b[1mx");
        EXPECT("\xc2\x9d"
               "0;t\xc2\x9cx",
                "\x1b]0;t\x1b\\x", "\x1b]0;t\x1b\\x", "x");
}

/* What is left out must not bring together what was apart. */
TEST(halves_do_not_meet) {
        EXPECT("\xc2\x1b\x9b"
               "6n",
                "\xef\xbf\xbd\x9b"
                "6n",
                "\xef\xbf\xbd\x9b"
                "6n",
                "\xef\xbf\xbd\x9b"
                "6n");
        EXPECT("\x1b\x1b[c[c", "[c", "[c", "[c");
        EXPECT("\xc2x", "\xef\xbf\xbdx", "\xef\xbf\xbdx", "\xef\xbf\xbdx");
}

/* What is long goes on as it comes, to whom it may. */
TEST(long_strings) {
        static const size_t steps[] = { 1, 7, 4095, 4096, 4097, 65536 };
        static char input[20000], expected[20000];
        static Got got;

        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                memset(input, 'A', sizeof(input));
                memcpy(input, "\x1b]52;c;", 7);
                strcpy(input + sizeof(input) - 4, "\x1b\\x");
                filter(input, strlen(input), steps[i], &got);
                ck_assert_str_eq(got.text[VIEWER_OWNER_CLIPBOARD], input);
                ck_assert_str_eq(got.text[VIEWER_OWNER], "x");

                memcpy(input, "\x1bPqAAAA", 7);
                memcpy(input + 9000, "\xc2\xc2\xc2", 3);
                filter(input, strlen(input), steps[i], &got);
                ck_assert_str_eq(got.text[VIEWER_READER], input);
                ck_assert_str_eq(got.text[VIEWER_FOREIGN], "x");

                strcpy(input + sizeof(input) - 4, "\xc2\x9cx");
                strcpy(expected, input);
                strcpy(expected + sizeof(expected) - 4, "\x1b\\x");
                filter(input, strlen(input), steps[i], &got);
                ck_assert_str_eq(got.text[VIEWER_OWNER], expected);

                memcpy(input, "\x1b]0;AAA", 7);
                filter(input, strlen(input), steps[i], &got);
                ck_assert_str_eq(got.text[VIEWER_OWNER], "x");
                memset(input, '1', sizeof(input));
                memcpy(input, "\x1b[", 2);
                strcpy(input + sizeof(input) - 4, "mxy");
                filter(input, strlen(input), steps[i], &got);
                ck_assert_str_eq(got.text[VIEWER_OWNER], "xy");
        }
}

/* Who comes in the middle of one is told that something is to be ignored up to its end. */
TEST(openings) {
        static uint8_t input[8192];
        OutputFilter f;

        memset(input, 'A', sizeof(input));
        memcpy(input, "\x1b]52;c;", 7);
        output_filter_init(&f, input, 100);
        ck_assert_str_eq(output_filter_opening(&f, VIEWER_OWNER_CLIPBOARD), "");
        output_filter_init(&f, input, sizeof(input));
        ck_assert_str_eq(output_filter_opening(&f, VIEWER_OWNER_CLIPBOARD), "\x1b]9999;");
        ck_assert_str_eq(output_filter_opening(&f, VIEWER_OWNER), "");
        memcpy(input, "\x1bPqqqqq", 7);
        output_filter_init(&f, input, sizeof(input));
        ck_assert_str_eq(output_filter_opening(&f, VIEWER_OWNER), "\x1b^");
        ck_assert_str_eq(output_filter_opening(&f, VIEWER_FOREIGN), "");
}

/* What leaves nothing out is handed on as it lies there. */
TEST(one_piece) {
        static const char input[] = "text\x1b[1;31mred\x1b[m\r\n\x1b]8;;x\a"
                                    "gr\xc3\xbc\xc2\xa0\x1b[5;5H\x1b[?25l\n";
        static Got got;
        OutputFilter f;

        filter(input, strlen(input), strlen(input), &got);
        ck_assert_uint_eq(got.pieces, 3); /* the link is not for everybody */
        memset(&got, 0, sizeof(got));
        output_filter_init(&f, NULL, 0);
        output_filter_feed(
                &f, VIEWER_BIT(VIEWER_OWNER), (const uint8_t *) input, strlen(input), on_piece, &got);
        ck_assert_uint_eq(got.pieces, 1);
        ck_assert_str_eq(got.text[VIEWER_OWNER], input);
}

TEST_MAIN(text, what_everybody_sees, questions_are_for_nobody, strings_of_the_owner,
        what_makes_terminals_send, clipboard, broken_sequences, controls_of_two_bytes, halves_do_not_meet,
        long_strings, openings, one_piece);
