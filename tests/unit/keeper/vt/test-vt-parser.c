/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parser: what comes out of bytes, however they are cut, and what it keeps of what is not complete. */

#include <stdarg.h>
#include <stdio.h>

#include "keeper/vt/vt-parser.h"
#include "tests/unit/test-main.h"

typedef struct Log {
        char text[16384];
        size_t size;
} Log;

static void note(void *userdata, const char *format, ...) _printf_(2, 3);

static void note(void *userdata, const char *format, ...) {
        Log *l = userdata;
        va_list list;

        va_start(list, format);
        l->size += (size_t) vsnprintf(l->text + l->size, sizeof(l->text) - l->size, format, list);
        va_end(list);
        ck_assert_uint_lt(l->size, sizeof(l->text));
}

static size_t on_text(void *userdata, const uint8_t *data, size_t size) {
        size_t n = 0;

        for (; n < size && data[n] >= 0x20 && data[n] < 0x7f; n++)
                note(userdata, "%c", data[n]);
        return n;
}

static void on_character(void *userdata, uint32_t code) {
        note(userdata, "<U+%04X>", code);
}

static void on_control(void *userdata, uint8_t code) {
        note(userdata, "<%02x>", code);
}

static void note_sequence(void *userdata, const char *kind, const VtSequence *s) {
        note(userdata, "<%s ", kind);
        if (s->prefix)
                note(userdata, "%c", s->prefix);
        for (unsigned i = 0; i < s->n_parameters; i++) {
                if (i > 0)
                        note(userdata, s->colons & 1U << i ? ":" : ";");
                note(userdata, "%d", s->parameters[i]);
        }
        if (s->intermediate)
                note(userdata, "%c", s->intermediate == 0xff ? '~' : s->intermediate);
        note(userdata, "%c>", s->final);
}

static void on_escape(void *userdata, const VtSequence *s) {
        note_sequence(userdata, "ESC", s);
}

static void on_csi(void *userdata, const VtSequence *s) {
        note_sequence(userdata, "CSI", s);
}

static void on_osc(void *userdata, const char *text, size_t size, bool bell) {
        if (size >= 5 && memcmp(text, "9999;", 5) == 0)
                return; /* what takes the rest of one that is too long */
        note(userdata, "<OSC %.*s%s>", (int) MIN(size, (size_t) 40), text, bell ? " BEL" : "");
}

static void on_string(void *userdata, char kind, const char *text, size_t size) {
        if (kind == '^')
                return; /* the same of others */
        note(userdata, "<%c %.*s>", kind, (int) MIN(size, (size_t) 40), text);
}

static const VtHandlers handlers = { on_text, on_character, on_control, on_escape, on_csi, on_osc,
        on_string };

static void parse(const char *input, size_t size, size_t step, Log *l) {
        VtParser p;

        *l = (Log){ .size = 0 };
        vt_parser_init(&p, &handlers, l);
        for (size_t i = 0; i < size; i += step)
                vt_parser_feed(&p, input + i, MIN(step, size - i));
}

/* Whole, and in pieces of any size. */
#define EXPECT(input, expected)                                \
        for (size_t step = 1; step <= sizeof(input); step++) { \
                static Log l;                                  \
                                                               \
                parse(input, sizeof(input) - 1, step, &l);     \
                ck_assert_str_eq(l.text, expected);            \
        }

TEST(text_and_controls) {
        EXPECT("abc\r\nx\x7fy\x18z", "abc<0d><0a>xyz");
        EXPECT("", "");
}

TEST(utf8) {
        EXPECT("a\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80z", "a<U+00E9><U+65E5><U+1F600>z");
        EXPECT("\x80\xff\xc0\xaf", "<U+FFFD><U+FFFD><U+FFFD><U+FFFD>");
        /* overlong, surrogate, beyond Unicode; a part that could have been one is one */
        EXPECT("\xe0\x80\x80", "<U+FFFD><U+FFFD><U+FFFD>");
        EXPECT("\xed\xa0\x80", "<U+FFFD><U+FFFD><U+FFFD>");
        EXPECT("\xf4\x90\x80\x80", "<U+FFFD><U+FFFD><U+FFFD><U+FFFD>");
        EXPECT("\xf0\x9f\x98z\xe6\x97\xc3\xa9", "<U+FFFD>z<U+FFFD><U+00E9>");
        EXPECT("\xe6\x97\x1b[mx", "<U+FFFD><CSI m>x");
}

TEST(sequences) {
        EXPECT("\x1b[m\x1b[1;31mx", "<CSI m><CSI 1;31m>x");
        EXPECT("\x1b[;5H\x1b[5;H", "<CSI -1;5H><CSI 5;-1H>");
        EXPECT("\x1b[?25l\x1b[>4;2m\x1b[=1u", "<CSI ?25l><CSI >4;2m><CSI =1u>");
        EXPECT("\x1b[4:3m\x1b[38:2::1:2:3m", "<CSI 4:3m><CSI 38:2:-1:1:2:3m>");
        EXPECT("\x1b[1 q\x1b[!p\x1b[?5$p", "<CSI 1 q><CSI !p><CSI ?5$p>");
        EXPECT("\x1b"
               "7\x1b(0\x1b#8\x1b=",
                "<ESC 7><ESC (0><ESC #8><ESC =>");
        EXPECT("\x1b[99999999999m", "<CSI 65535m>");
}

TEST(sequences_that_are_none) {
        EXPECT("\x1b[1?5mx\x1b[ 1mx\x1b[1!!px",
                "x"
                "x"
                "<CSI 1~p>x");
        EXPECT("\x1b[1\x18mx\x1b[2\x1b[3my", "mx<CSI 3m>y");
        EXPECT("\x1b[1\xc3\xa9x", "<U+00E9>x");
        EXPECT("\x1b[1\x7f;2m", "<CSI 1;2m>");
}

TEST(controls_inside_sequences) {
        EXPECT("\x1b[1\n;2\rm", "<0a><0d><CSI 1;2m>");
}

TEST(strings) {
        EXPECT("\x1b]0;title\x07x", "<OSC 0;title BEL>x");
        EXPECT("\x1b]2;t\xc3\xa9\x1b\\x", "<OSC 2;t\xc3\xa9><ESC \\>x");
        EXPECT("\x1b]0;a\nb\x07", "<OSC 0;ab BEL>");
        EXPECT("\x1b]0;lost\x18x", "x");
        EXPECT("\x1bPq#1\x07;~\x1b\\x\x1b_apc\x1b\\y\x1bXsos\x1b\\z\x1bPlost\x18\x1b^pm\x1b\\",
                "<P q#1\x07;~><ESC \\>x<_ apc><ESC \\>y<X sos><ESC \\>z<ESC \\>");
}

TEST(c1_controls_as_characters) {
        EXPECT("\xc2\x9b"
               "1m\xc2\x85x",
                "<CSI 1m><ESC E>x");
        EXPECT("\xc2\x9d"
               "0;t\xc2\x9cx\xc2\x90q\xc2\x9cy",
                "<OSC 0;t>x<P q>y");
}

TEST(parameters_are_bounded) {
        char input[256] = "\x1b[";
        static Log l;

        for (unsigned i = 0; i < 60; i++)
                strcat(input, "1;");
        strcat(input, "9mx");
        parse(input, strlen(input), strlen(input), &l);
        ck_assert_uint_eq(strlen(l.text), strlen("<CSI m>x") + 2 * VT_PARAMETERS_MAX - 1);
}

TEST(strings_are_bounded) {
        static char input[3 * VT_PENDING_MAX] = "\x1b]0;";
        static Log l;

        memset(input + 4, 'a', sizeof(input) - 4);
        memcpy(input + sizeof(input) - 2, "\x07x", 2);
        parse(input, sizeof(input), 100, &l);
        ck_assert_str_eq(l.text, "x");
        memcpy(input, "\x1b[1;", 4);
        memset(input + 4, '1', sizeof(input) - 4);
        memcpy(input + sizeof(input) - 2, "mx", 2);
        parse(input, sizeof(input), sizeof(input), &l);
        ck_assert_str_eq(l.text, "x");
        parse(input, sizeof(input), 100, &l);
        ck_assert_str_eq(l.text, "x");
}

/* A parser that gets what another kept, and then the rest, ends where one ends that saw everything. */
static void expect_pending(const char *input, size_t size) {
        for (size_t cut = 0; cut <= size; cut++) {
                static Log first, second;
                const uint8_t *pending;
                size_t before, n;
                VtParser p, q;

                first = second = (Log){ .size = 0 };
                vt_parser_init(&p, &handlers, &first);
                vt_parser_init(&q, &handlers, &second);
                vt_parser_feed(&p, input, cut);
                before = first.size;
                n = vt_parser_pending(&p, &pending);
                vt_parser_feed(&q, pending, n);
                ck_assert_uint_eq(second.size, 0);
                vt_parser_feed(&p, input + cut, size - cut);
                vt_parser_feed(&q, input + cut, size - cut);
                ck_assert_str_eq(first.text + before, second.text);
                ck_assert_uint_eq(vt_parser_pending(&p, &pending), 0);
        }
}

TEST(what_is_pending) {
        static const char input[] =
                "a\x1b[1;3\n1m\xe6\x97\xa5\x1b]0;t\xc3\xa9\x07\x1b(0\x1bPq\x1b\\\x1b[1?m\xc2\x9b"
                "2m\x1b[?2004hx";
        static char flood[2 * VT_PENDING_MAX + 20] = "\x1b]52;c;";

        expect_pending(input, sizeof(input) - 1);
        memset(flood + 7, 'A', sizeof(flood) - 9);
        memcpy(flood + sizeof(flood) - 3, "\x07x", 2);
        expect_pending(flood, sizeof(flood) - 1);
        memcpy(flood, "\x1bPqqqqq", 7);
        memcpy(flood + sizeof(flood) - 4, "\x1b\\x", 3);
        expect_pending(flood, sizeof(flood) - 1);
}

TEST_MAIN(text_and_controls, utf8, sequences, sequences_that_are_none, controls_inside_sequences, strings,
        c1_controls_as_characters, parameters_are_bounded, strings_are_bounded, what_is_pending);
