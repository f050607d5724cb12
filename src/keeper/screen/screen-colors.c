/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which colours there are: answers to OSC 4, 5, 10 to 19 and 21 with a "?".
 *
 * What the program itself has set is known, and so is the table of 256. The colours of text, background and
 * cursor (10, 11, 12) are those of whoever looks: such an answer is a gap, for somebody to ask a terminal.
 * Colours that terminals derive from these (13 to 19) are taken from what was last heard of them. */

#include <stdio.h>

#include "keeper/screen/screen-state.h"

/* As long as no terminal was asked: white on black. */
static ColorSpec terminal_color(const Screen *s, unsigned number) {
        static const ColorSpec white = { 0xffff, 0xffff, 0xffff }, black = { 0, 0, 0 };
        const TerminalColor *c = s->terminal_colors + (number - COLORS_FIRST);

        if (c->known)
                return c->color;
        return number == 11 ? black : white;
}

/* 10 to 19, and the kinds of text of OSC 5: which of the three that is. */
static unsigned derived_from(unsigned number) {
        switch (number) {
        case 11: /* background */
        case 14: /* of the mouse's pointer */
        case 16: /* of Tektronix graphics */
        case 19: /* text that is selected */
                return 11;
        case 12: /* cursor */
        case 18: /* that of Tektronix graphics */
                return 12;
        default:
                return 10;
        }
}

/* What is in force of a colour of OSC 4 (number < 256) or 10 to 19 (256 and more). */
static ColorSpec screen_color(const Screen *s, unsigned index) {
        const char *spec = palette_get(&s->palette, index);
        ColorSpec color;

        if (spec && color_spec_parse(spec, strlen(spec), &color))
                return color;
        return index < PALETTE_NUMBERS ? color_spec_of_number(index)
                                       : terminal_color(s, derived_from(index - PALETTE_NUMBERS + 10));
}

bool screen_is_light(const Screen *s) {
        ColorSpec background = screen_color(s, PALETTE_NUMBERS + 1);

        return color_spec_is_light(&background);
}

static const char *end_of(bool bell) {
        return bell ? "\a" : "\x1b\\";
}

static void answer_color(Screen *s, const char *name, unsigned index, bool bell) {
        ColorSpec color = screen_color(s, index);
        char spec[COLOR_SPEC_SIZE];

        color_spec_format(&color, spec);
        screen_answer(s, "\x1b]%s;%s%s", name, spec, end_of(bell));
}

/* Has the program set it to something that can be told? Else a terminal is to be asked, if it is one of the
 * three. */
static bool color_is_known(const Screen *s, unsigned number) {
        const char *spec = palette_get(&s->palette, PALETTE_NUMBERS + number - 10);
        ColorSpec color;

        if (spec)
                return color_spec_parse(spec, strlen(spec), &color);
        return number < COLORS_FIRST || number >= COLORS_FIRST + COLORS_ASKED;
}

static void answer_dynamic(Screen *s, unsigned number, const char *text, size_t size, bool bell) {
        for (size_t begin = 0; begin <= size && number < 20; number++) {
                const char *end = memchr(text + begin, ';', size - begin);
                size_t n = (end ? (size_t) (end - text) : size) - begin;
                char name[8];

                if (n == 1 && text[begin] == '?') {
                        snprintf(name, sizeof(name), "%u", number);
                        if (color_is_known(s, number))
                                answer_color(s, name, PALETTE_NUMBERS + number - 10, bell);
                        else
                                answers_add_gap(&s->answers, (uint8_t) number, bell);
                }
                begin += n + 1;
        }
}

/* OSC 4 and 5: pairs of a number and a colour. */
static void answer_numbered(Screen *s, unsigned osc, const char *text, size_t size, bool bell) {
        unsigned field = 0, index = 0;
        size_t begin = 0;

        for (size_t i = 0; i <= size; i++) {
                if (i < size && text[i] != ';') {
                        if (field % 2 == 0)
                                index = text[i] >= '0' && text[i] <= '9' && index < PALETTE_NUMBERS
                                        ? index * 10 + (unsigned) (text[i] - '0')
                                        : PALETTE_NUMBERS;
                        continue;
                }
                if (field % 2 == 1) {
                        if (i == begin + 1 && text[begin] == '?' && index < PALETTE_NUMBERS) {
                                char name[16];

                                snprintf(name, sizeof(name), "%u;%u", osc, index);
                                answer_color(s, name, osc == 5 ? PALETTE_NUMBERS : index, bell);
                        }
                        index = 0;
                }
                field++;
                begin = i + 1;
        }
}

/* The number of a key of kitty's OSC 21; PALETTE_NUMBERS + 10: there is none that is known here. */
static unsigned kitty_color(const char *key, size_t size) {
        static const char *const names[] = { "foreground", "background", "cursor" };
        unsigned index = 0;

        for (unsigned i = 0; i < ELEMENTSOF(names); i++)
                if (strlen(names[i]) == size && memcmp(names[i], key, size) == 0)
                        return PALETTE_NUMBERS + i;
        for (size_t i = 0; i < size; i++)
                index = key[i] >= '0' && key[i] <= '9' && index < PALETTE_NUMBERS
                        ? index * 10 + (unsigned) (key[i] - '0')
                        : PALETTE_NUMBERS;
        return size > 0 && index < PALETTE_NUMBERS ? index : PALETTE_NUMBERS + 10;
}

/* Of a colour that a terminal does not know it repeats the question. */
static void answer_kitty(Screen *s, const char *text, size_t size, bool bell) {
        _cleanup_text_writer_ TextWriter w = { 0 };

        for (size_t begin = 0; begin < size;) {
                const char *end = memchr(text + begin, ';', size - begin);
                size_t n = (end ? (size_t) (end - text) : size) - begin;

                if (n > 2 && text[begin + n - 1] == '?' && text[begin + n - 2] == '=') {
                        unsigned index = kitty_color(text + begin, n - 2);
                        char spec[COLOR_SPEC_SIZE] = "?";

                        if (index < PALETTE_NUMBERS + 10) {
                                ColorSpec color = screen_color(s, index);

                                color_spec_format(&color, spec);
                        }
                        text_writer_text(&w, w.size == 0 ? "\x1b]21;" : ";");
                        text_writer_bytes(&w, text + begin, n - 1);
                        text_writer_text(&w, spec);
                }
                begin += n + 1;
        }
        if (w.size == 0)
                return;
        text_writer_text(&w, end_of(bell));
        if (!w.failed)
                answers_add(&s->answers, w.data, w.size);
}

void screen_answer_colors(Screen *s, unsigned number, const char *text, size_t size, bool bell) {
        if (!memchr(text, '?', size))
                return;
        if (number == 4 || number == 5)
                answer_numbered(s, number, text, size, bell);
        else if (number >= 10 && number < 20)
                answer_dynamic(s, number, text, size, bell);
        else if (number == 21)
                answer_kitty(s, text, size, bell);
}

unsigned screen_asked_color(const Screen *s) {
        const AnswerGap *gap = answers_gap(&s->answers);

        return gap ? gap->number : 0;
}

void screen_answer_asked_color(Screen *s) {
        const AnswerGap *gap = answers_gap(&s->answers);
        char text[ANSWER_GAP_SIZE], spec[COLOR_SPEC_SIZE];
        ColorSpec color;
        int n;

        if (!gap)
                return;
        color = terminal_color(s, gap->number);
        color_spec_format(&color, spec);
        n = snprintf(text, sizeof(text), "\x1b]%u;%s%s", gap->number, spec, end_of(gap->bell));
        assert(n > 0 && (size_t) n < sizeof(text));
        answers_fill(&s->answers, text, (size_t) n);
}

void screen_set_terminal_color(Screen *s, unsigned number, const ColorSpec *color) {
        assert(number >= COLORS_FIRST && number < COLORS_FIRST + COLORS_ASKED);

        s->terminal_colors[number - COLORS_FIRST] = (TerminalColor){ .known = true, .color = *color };
}
