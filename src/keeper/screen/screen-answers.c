/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers for a program whose terminal nobody looks at. */

#include <stdarg.h>
#include <stdio.h>

#include "keeper/screen/screen-state.h"

#define ANSWER_MAX 64

/* All or nothing: a program that does not read its answers gets no more of them. */
static void _printf_(2, 3) answer(Screen *s, const char *format, ...) {
        char text[ANSWER_MAX];
        va_list list;
        int n;

        va_start(list, format);
        n = vsnprintf(text, sizeof(text), format, list);
        va_end(list);
        assert(n >= 0 && n < ANSWER_MAX);
        if ((size_t) n > sizeof(s->answers) - s->n_answers)
                return;
        memcpy(s->answers + s->n_answers, text, (size_t) n);
        s->n_answers += (size_t) n;
}

/* DA1: a VT220 with colours. */
void screen_answer_attributes(Screen *s) {
        answer(s, "\x1b[?62;22c");
}

/* DSR 5: all is well; DSR 6: CPR; DSR ?6: DECXCPR. By origin mode. */
void screen_answer_status(Screen *s, const VtSequence *q) {
        uint32_t row = s->cursor.row - (s->cursor.origin ? s->top : 0) + 1;
        uint32_t column = s->cursor.column - (s->cursor.origin ? s->left : 0) + 1;
        int32_t what = vt_parameter(q, 0, 0);

        if (what == 5 && q->prefix == 0)
                answer(s, "\x1b[0n");
        else if (what == 6 && q->prefix == 0)
                answer(s, "\x1b[%u;%uR", row, column);
        else if (what == 6)
                answer(s, "\x1b[?%u;%u;1R", row, column);
}

/* DECRQM -> DECRPM */
void screen_answer_mode(Screen *s, const VtSequence *q) {
        unsigned number = (unsigned) vt_parameter(q, 0, 0);
        bool private = q->prefix == '?';

        answer(s, private ? "\x1b[?%u;%u$y" : "\x1b[%u;%u$y", number,
                screen_mode_is_offered(private, number) ? screen_mode_report(s, private, number) : 0);
}

size_t screen_take_answers(Screen *s, char *buffer, size_t size) {
        size_t n = MIN(size, s->n_answers);

        memcpy(buffer, s->answers, n);
        memmove(s->answers, s->answers + n, s->n_answers - n);
        s->n_answers -= n;
        return n;
}
