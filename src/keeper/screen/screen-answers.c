/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers to what programs ask by control sequences. Each is given once, whoever looks: so no terminal of
 * those who look is asked, and what is answered is what this screen is. The table of all of them is in
 * docs/terminals.md. */

#include <stdarg.h>
#include <stdio.h>

#include "keeper/screen/screen-state.h"

#define ANSWER_MAX  256
#define CELL_WIDTH  8U /* pixels, for programs that ask; nobody may be there whose cells could be measured */
#define CELL_HEIGHT 16U

void screen_answer(Screen *s, const char *format, ...) {
        char text[ANSWER_MAX];
        va_list list;
        int n;

        va_start(list, format);
        n = vsnprintf(text, sizeof(text), format, list);
        va_end(list);
        assert(n >= 0 && n < ANSWER_MAX);
        answers_add(&s->answers, text, (size_t) n);
}

/* DA1: a VT220 with colours. DA2: what xterm.js says, which programs know. DA3: no number of its own. */
void screen_answer_attributes(Screen *s, const VtSequence *q) {
        if (vt_parameter(q, 0, 0) != 0)
                return;
        if (q->prefix == '>')
                screen_answer(s, "\x1b[>0;276;0c");
        else if (q->prefix == '=')
                screen_answer(s, "\x1bP!|00000000\x1b\\");
        else
                screen_answer(s, "\x1b[?62;22c");
}

/* XTVERSION */
void screen_answer_version(Screen *s, const VtSequence *q) {
        if (vt_parameter(q, 0, 0) == 0)
                screen_answer(s, "\x1bP>|compute-sessions(" PACKAGE_VERSION ")\x1b\\");
}

/* DSR of DEC: none of the devices is there. */
static void answer_devices(Screen *s, const VtSequence *q) {
        static const struct {
                int32_t what;
                const char *answer;
        } devices[] = {
                { 15, "\x1b[?13n" },       /* no printer */
                { 25, "\x1b[?20n" },       /* user-defined keys are not locked */
                { 26, "\x1b[?27;1;0;0n" }, /* a North American keyboard */
                { 53, "\x1b[?50n" },       /* no locator */
                { 55, "\x1b[?50n" },       /**/
                { 56, "\x1b[?57;0n" },     /* of no known type */
                { 62, "\x1b[0*{" },        /* no room for macros */
                { 75, "\x1b[?70n" },       /* no errors */
                { 85, "\x1b[?83n" },       /* no sessions of its own */
        };
        int32_t what = vt_parameter(q, 0, 0);

        for (size_t i = 0; i < ELEMENTSOF(devices); i++)
                if (devices[i].what == what)
                        screen_answer(s, "%s", devices[i].answer);
        if (what == 63) /* the checksum of no macros */
                screen_answer(s, "\x1bP%d!~0000\x1b\\", vt_parameter(q, 1, 0));
        if (what == 996) /* dark or light */
                screen_answer(s, "\x1b[?997;%dn", screen_is_light(s) ? 2 : 1);
}

/* DSR 5: all is well; DSR 6: CPR; DSR ?6: DECXCPR. By origin mode. */
void screen_answer_status(Screen *s, const VtSequence *q) {
        uint32_t row = s->cursor.row - (s->cursor.origin ? s->top : 0) + 1;
        uint32_t column = s->cursor.column - (s->cursor.origin ? s->left : 0) + 1;
        int32_t what = vt_parameter(q, 0, 0);

        if (what == 6 && q->prefix == '?')
                screen_answer(s, "\x1b[?%u;%u;1R", row, column);
        else if (q->prefix == '?')
                answer_devices(s, q);
        else if (what == 5)
                screen_answer(s, "\x1b[0n");
        else if (what == 6)
                screen_answer(s, "\x1b[%u;%uR", row, column);
}

/* DECRQM -> DECRPM */
void screen_answer_mode(Screen *s, const VtSequence *q) {
        unsigned number = (unsigned) vt_parameter(q, 0, 0);
        bool private = q->prefix == '?';

        screen_answer(s, private ? "\x1b[?%u;%u$y" : "\x1b[%u;%u$y", number,
                screen_mode_is_offered(private, number) ? screen_mode_report(s, private, number) : 0);
}

/* The size when it changes, for who set mode 2048, and at once when it is set. */
void screen_report_size(Screen *s) {
        if (screen_has(s, MODE_SIZE_REPORTS))
                screen_answer(s, "\x1b[48;%u;%u;%u;%ut", s->rows, s->columns, s->rows * CELL_HEIGHT,
                        s->columns * CELL_WIDTH);
}

/* XTWINOPS. Titles are not told: what a program once printed would be typed into another. */
void screen_answer_window(Screen *s, const VtSequence *q) {
        uint32_t height = s->rows * CELL_HEIGHT, width = s->columns * CELL_WIDTH;

        switch (vt_parameter(q, 0, 0)) {
        case 11: /* not an icon */
                screen_answer(s, "\x1b[1t");
                break;
        case 13:
                screen_answer(s, "\x1b[3;0;0t");
                break;
        case 14:
                screen_answer(s, "\x1b[4;%u;%ut", height, width);
                break;
        case 15:
                screen_answer(s, "\x1b[5;%u;%ut", height, width);
                break;
        case 16:
                screen_answer(s, "\x1b[6;%u;%ut", CELL_HEIGHT, CELL_WIDTH);
                break;
        case 18:
                screen_answer(s, "\x1b[8;%u;%ut", s->rows, s->columns);
                break;
        case 19:
                screen_answer(s, "\x1b[9;%u;%ut", s->rows, s->columns);
                break;
        case 20:
                screen_answer(s, "\x1b]L\x1b\\");
                break;
        case 21:
                screen_answer(s, "\x1b]l\x1b\\");
                break;
        }
}

/* What a VT220 with colours does not have says so in its own form. */
void screen_answer_refusal(Screen *s, const VtSequence *q) {
        int32_t what = vt_parameter(q, 0, 0);

        switch (q->final) {
        case 'S': /* XTSMGRAPHICS: no pictures */
                screen_answer(s, "\x1b[?%d;3S", what);
                break;
        case 'w': /* DECRQPSR */
                screen_answer(s, "\x1bP0$u\x1b\\");
                break;
        case 'u': /* DECRQTSR; DECRQUPSS */
                screen_answer(s, q->intermediate == '&' ? "\x1bP0!u%%5\x1b\\" : "\x1bP0$s\x1b\\");
                break;
        case 'x': /* DECREQTPARM */
                if (what == 0 || what == 1)
                        screen_answer(s, "\x1b[%d;1;1;128;128;1;0x", what + 2);
                break;
        case '|': /* DECRQLP: no locator */
                screen_answer(s, "\x1b[0&w");
                break;
        }
}

size_t screen_take_answers(Screen *s, char *buffer, size_t size) {
        return answers_take(&s->answers, buffer, size);
}

void screen_drop_answers(Screen *s) {
        answers_clear(&s->answers);
}
