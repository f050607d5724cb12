/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Control characters, and ESC with what follows it. */

#include "keeper/screen/screen-state.h"

/* With reverse wrap the beginning of a line leads to the end of the one above. */
static void screen_backspace(Screen *s) {
        if (s->cursor.column == 0 && screen_has(s, MODE_REVERSE_WRAP) && screen_has(s, MODE_AUTOWRAP)) {
                screen_move(s, s->cursor.row > s->top ? s->cursor.row - 1 : s->bottom - 1, s->right - 1);
                return;
        }
        screen_move_by(s, 0, -1);
}

static void screen_carriage_return(Screen *s) {
        s->cursor.column = s->cursor.column >= s->left ? s->left : 0;
        s->pending_wrap = false;
}

void screen_control(void *userdata, uint8_t code) {
        Screen *s = userdata;

        switch (code) {
        case '\b':
                screen_backspace(s);
                break;
        case '\t':
                screen_tab(s, 1);
                break;
        case '\n':
        case '\v':
        case '\f':
                if (screen_has(s, MODE_NEWLINE))
                        screen_carriage_return(s);
                screen_index(s);
                break;
        case '\r':
                screen_carriage_return(s);
                break;
        case 0x0e: /* SO: LS1 */
                s->cursor.left = 1;
                break;
        case 0x0f: /* SI: LS0 */
                s->cursor.left = 0;
                break;
        }
}

/* DECBI, DECFI: at the margin, columns move instead of the cursor. */
static void screen_sideways(Screen *s, bool forward) {
        if (s->cursor.column == (forward ? s->right - 1 : s->left))
                screen_shift_columns(s, s->left, forward ? -1 : 1);
        else
                screen_move_by(s, 0, forward ? 1 : -1);
}

static void escape_plain(Screen *s, uint8_t final) {
        switch (final) {
        case '6':
                screen_sideways(s, false);
                break;
        case '7':
                screen_save_cursor(s);
                break;
        case '8':
                screen_restore_cursor(s);
                break;
        case '9':
                screen_sideways(s, true);
                break;
        case '=':
        case '>':
                screen_set_mode(s, MODE_KEYPAD, final == '=');
                break;
        case 'D': /* IND */
                screen_index(s);
                break;
        case 'E': /* NEL */
                screen_carriage_return(s);
                screen_index(s);
                break;
        case 'H': /* HTS */
                screen_set_tab(s, s->cursor.column, true);
                break;
        case 'M': /* RI */
                screen_reverse_index(s);
                break;
        case 'N': /* SS2 */
        case 'O': /* SS3 */
                s->single_shift = final == 'N' ? 2 : 3;
                break;
        case 'Z': /* DECID */
                screen_answer_attributes(s, &(const VtSequence){ .final = 'c' });
                break;
        case 'c': /* RIS */
                screen_reset(s, true);
                break;
        case 'n': /* LS2 */
        case 'o': /* LS3 */
                s->cursor.left = final == 'n' ? 2 : 3;
                break;
        }
}

void screen_escape(void *userdata, const VtSequence *q) {
        Screen *s = userdata;

        switch (q->intermediate) {
        case 0:
                escape_plain(s, q->final);
                break;
        case '#':
                if (q->final == '8')
                        screen_align(s);
                break;
        case '(':
        case ')':
        case '*':
        case '+':
                s->cursor.sets[q->intermediate - '('] = q->final;
                break;
        }
}
