/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Modes: SM, RM, DECSET, DECRST, XTSAVE, XTRESTORE, DECRPM, and all of them as sequences. */

#include "keeper/screen/screen-state.h"

typedef struct ModeRow {
        uint16_t number;
        bool private;
        bool initial;
        /* Said in every picture, since terminals are found with it changed; others once the program did. */
        bool always;
} ModeRow;

/* Most change nothing here: they say how the terminal treats its keyboard, and only have to come back. */
static const ModeRow mode_rows[_MODE_MAX] = {
        [MODE_INSERT] = { 4, false, false, true },       /* IRM */
        [MODE_NEWLINE] = { 20, false, false, true },     /* LNM */
        [MODE_CURSOR_KEYS] = { 1, true, false, true },   /* DECCKM */
        [MODE_REVERSE_VIDEO] = { 5, true, false, true }, /* DECSCNM */
        [MODE_AUTOWRAP] = { 7, true, true, true },       /* DECAWM */
        [MODE_AUTOREPEAT] = { 8, true, true, false },    /* DECARM */
        [MODE_BLINK] = { 12, true, false, false },       /* cursor */
        [MODE_VISIBLE] = { 25, true, true, true },       /* DECTCEM */
        [MODE_ALLOW_132] = { 40, true, false, false },
        [MODE_REVERSE_WRAP] = { 45, true, false, false },
        [MODE_KEYPAD] = { 66, true, false, true },     /* DECNKM, DECKPAM, DECKPNM */
        [MODE_BACKARROW] = { 67, true, false, false }, /* DECBKM */
        [MODE_MARGINS] = { 69, true, false, false },   /* DECLRMM */
        [MODE_FOCUS] = { 1004, true, false, true },
        [MODE_ALTERNATE_SCROLL] = { 1007, true, false, false },
        [MODE_META_8BIT] = { 1034, true, false, false },
        [MODE_NUMLOCK] = { 1035, true, true, false },
        [MODE_META_ESCAPE] = { 1036, true, true, false },
        [MODE_ALT_ESCAPE] = { 1039, true, false, false },
        [MODE_BRACKETED_PASTE] = { 2004, true, false, true },
        [MODE_SYNCHRONIZED] = { 2026, true, false, false },
        [MODE_COLOR_REPORTS] = { 2031, true, false, false },
        [MODE_SIZE_REPORTS] = { 2048, true, false, false },
        [MODE_PASTE_EVENTS] = { 5522, true, false, false },
        [MODE_WIN32_KEYS] = { 9001, true, false, false },
};

static const uint16_t mouse_modes[] = { 9, 1000, 1002, 1003 };
static const uint16_t mouse_encodings[] = { 1005, 1006, 1015, 1016 };

static Mode mode_find(bool private, unsigned number) {
        for (Mode mode = 0; mode < _MODE_MAX; mode++)
                if (mode_rows[mode].number == number && mode_rows[mode].private == private)
                        return mode;
        return _MODE_MAX;
}

static bool is_one_of(unsigned number, const uint16_t *numbers, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (numbers[i] == number)
                        return true;
        return false;
}

void screen_set_mode(Screen *s, Mode mode, bool on) {
        uint32_t bit = 1U << mode;

        s->touched |= bit;
        s->modes = on ? s->modes | bit : s->modes & ~bit;
        if (mode == MODE_MARGINS) {
                s->left = 0;
                s->right = s->columns;
        }
        if (mode == MODE_SIZE_REPORTS && on)
                screen_report_size(s);
}

/* DECCOLM: the terminal changes its width, if it is allowed to, which we learn from its size; the rest
 * happens here. */
static void screen_change_width(Screen *s) {
        if (!screen_has(s, MODE_ALLOW_132))
                return;
        s->top = s->left = 0;
        s->bottom = s->rows;
        s->right = s->columns;
        screen_move(s, 0, 0);
        screen_erase_display(s, 2, false);
}

static void screen_set_private(Screen *s, unsigned number, bool on) {
        Mode mode = mode_find(true, number);

        if (mode < _MODE_MAX) {
                screen_set_mode(s, mode, on);
                return;
        }
        if (is_one_of(number, mouse_modes, ELEMENTSOF(mouse_modes))) {
                s->mouse = on ? (uint16_t) number : 0;
                return;
        }
        if (is_one_of(number, mouse_encodings, ELEMENTSOF(mouse_encodings))) {
                if (on)
                        s->mouse_encoding = (uint16_t) number;
                else if (s->mouse_encoding == number)
                        s->mouse_encoding = 0;
                return;
        }
        switch (number) {
        case 3:
                screen_change_width(s);
                break;
        case 6:
                s->cursor.origin = on;
                screen_move_to(s, 0, 0);
                break;
        case 47:
        case 1047:
                (void) screen_show_alternate(s, on);
                break;
        case 1048:
                if (on)
                        screen_save_cursor(s);
                else
                        screen_restore_cursor(s);
                break;
        case 1049:
                if (on) {
                        screen_save_cursor(s);
                        s->pending_wrap = false;
                        if (screen_show_alternate(s, true) >= 0)
                                grid_erase_rows(s->grid, 0, s->rows, screen_blank(s), false);
                } else {
                        (void) screen_show_alternate(s, false);
                        screen_restore_cursor(s);
                }
                break;
        }
}

void screen_control_modes(Screen *s, const VtSequence *q, bool set) {
        for (unsigned i = 0; i < q->n_parameters; i++) {
                unsigned number = (unsigned) vt_parameter(q, i, 0);
                Mode mode;

                if (q->prefix == '?') {
                        screen_set_private(s, number, set);
                        continue;
                }
                mode = mode_find(false, number);
                if (mode < _MODE_MAX)
                        screen_set_mode(s, mode, set);
        }
}

void screen_keep_modes(Screen *s, const VtSequence *q, bool restore) {
        for (unsigned i = 0; i < q->n_parameters; i++) {
                Mode mode = mode_find(true, (unsigned) vt_parameter(q, i, 0));
                uint32_t bit = mode < _MODE_MAX ? 1U << mode : 0;

                if (bit == 0)
                        continue;
                if (restore)
                        screen_set_mode(s, mode, s->kept & bit);
                else
                        s->kept = (s->kept & ~bit) | (s->modes & bit);
        }
}

/* DECSTR leaves alone what has to do with the connection rather than with what is shown. */
void screen_reset_modes(Screen *s, bool hard) {
        const uint32_t soft = 1U << MODE_INSERT | 1U << MODE_CURSOR_KEYS | 1U << MODE_AUTOWRAP |
                1U << MODE_VISIBLE | 1U << MODE_KEYPAD | 1U << MODE_REVERSE_WRAP | 1U << MODE_MARGINS;

        for (Mode mode = 0; mode < _MODE_MAX; mode++) {
                uint32_t bit = 1U << mode;

                if (hard || (soft & bit))
                        s->modes = mode_rows[mode].initial ? s->modes | bit : s->modes & ~bit;
        }
        if (hard)
                s->mouse = s->mouse_encoding = 0;
}

unsigned screen_mode_report(const Screen *s, bool private, unsigned number) {
        Mode mode = mode_find(private, number);
        bool on;

        if (mode < _MODE_MAX)
                on = screen_has(s, mode);
        else if (!private)
                return 0;
        else if (is_one_of(number, mouse_modes, ELEMENTSOF(mouse_modes)))
                on = s->mouse == number;
        else if (is_one_of(number, mouse_encodings, ELEMENTSOF(mouse_encodings)))
                on = s->mouse_encoding == number;
        else if (number == 6)
                on = s->cursor.origin;
        else if (number == 47 || number == 1047 || number == 1049)
                on = screen_is_alternate(s);
        else
                return 0;
        return on ? 1 : 2;
}

/* These are for the keyboard of a terminal that may never come. */
bool screen_mode_is_offered(bool private, unsigned number) {
        return !private || (number != 5522 && number != 9001);
}

int screen_mode(const Screen *s, bool private, unsigned number) {
        unsigned report = screen_mode_report(s, private, number);

        return report == 0 ? -ENOENT : report == 1;
}

static void write_one(TextWriter *w, bool private, unsigned number, bool on) {
        /* One sequence for each: not every terminal reads more than the first parameter. */
        text_writer_format(w, private ? "\x1b[?%u%c" : "\x1b[%u%c", number, on ? 'h' : 'l');
}

/* All but those that say where the cursor goes and how text is put, which screen-paint.c has to order. */
void screen_write_modes(const Screen *s, TextWriter *w) {
        for (Mode mode = 0; mode < _MODE_MAX; mode++) {
                const ModeRow *row = mode_rows + mode;
                bool on = screen_has(s, mode);

                if (mode == MODE_INSERT || mode == MODE_AUTOWRAP || mode == MODE_MARGINS ||
                        mode == MODE_VISIBLE || mode == MODE_SYNCHRONIZED)
                        continue;
                if (mode == MODE_KEYPAD)
                        text_writer_text(w, on ? "\x1b=" : "\x1b>");
                else if (row->always || (s->touched & (1U << mode)))
                        write_one(w, row->private, row->number, on);
        }
        for (size_t i = 0; i < ELEMENTSOF(mouse_modes); i++)
                write_one(w, true, mouse_modes[i], false);
        if (s->mouse != 0)
                write_one(w, true, s->mouse, true);
        for (size_t i = 0; i < ELEMENTSOF(mouse_encodings); i++)
                write_one(w, true, mouse_encodings[i], false);
        if (s->mouse_encoding != 0)
                write_one(w, true, s->mouse_encoding, true);
}
