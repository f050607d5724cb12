/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A scanner for the escape sequences that change a terminal's modes. It is no emulator: it only remembers what has
 * to be undone.
 *
 *      GROUND --ESC--> ESCAPE --[--> CSI --final--> GROUND
 *                        |           (parameters, one prefix < = > ?, one intermediate)
 *                        +--] P X ^ _--> STRING --BEL or ESC--> GROUND or ESCAPE
 */

#include "ctl/screen-modes.h"

enum {
        GROUND,
        ESCAPE,
        CSI,
        STRING,
};

/* The private modes (CSI ? n h and l) that are undone, and whether they are on in a fresh terminal. */
static const struct {
        uint32_t number;
        bool on;
} modes[] = {
        { 1, false },    /* application cursor keys */
        { 5, false },    /* reverse video */
        { 6, false },    /* origin */
        { 7, true },     /* wrap at the margin */
        { 9, false },    /* mouse, oldest protocol */
        { 25, true },    /* cursor shown */
        { 45, false },   /* reverse wrap */
        { 66, false },   /* application keypad */
        { 69, false },   /* left and right margins */
        { 1000, false }, /* mouse: buttons */
        { 1001, false }, /* mouse: highlighting */
        { 1002, false }, /* mouse: dragging */
        { 1003, false }, /* mouse: any motion */
        { 1004, false }, /* focus events */
        { 1005, false }, /* mouse coordinates, three encodings and pixels */
        { 1006, false },
        { 1015, false },
        { 1016, false },
        { 2004, false }, /* bracketed paste */
        { 2026, false }, /* synchronised updates */
        { 47, false },   /* alternate screen, in its three forms; last, so that the rest is undone in it */
        { 1047, false },
        { 1049, false },
};

static void set_mode(ScreenModes *m, uint32_t number, bool on) {
        for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
                uint32_t bit = UINT32_C(1) << i;

                if (modes[i].number != number)
                        continue;
                if (on == modes[i].on)
                        m->changed &= ~bit;
                else
                        m->changed |= bit;
        }
}

static void keyboard_protocol(ScreenModes *m) {
        uint32_t n = m->n_parameters > 0 && m->parameters[0] > 0 ? m->parameters[0] : 1;

        if (m->prefix == '>')
                m->keyboard_pushes++;
        else if (m->prefix == '<')
                m->keyboard_pushes -= MIN(n, m->keyboard_pushes);
        else if (m->prefix == '=')
                m->keys_changed = true;
}

static void finish_csi(ScreenModes *m, char final) {
        if (m->prefix == '?' && (final == 'h' || final == 'l'))
                for (size_t i = 0; i < m->n_parameters; i++)
                        set_mode(m, m->parameters[i], final == 'h');
        else if (m->prefix && final == 'u')
                keyboard_protocol(m);
        else if (m->prefix == '>' && final == 'm')
                m->keys_changed = true;
        else if (!m->prefix && !m->intermediate && final == 'r')
                m->margins_changed = true;
        else if (!m->prefix && m->intermediate == ' ' && final == 'q')
                m->cursor_changed = true;
}

static void feed_csi(ScreenModes *m, char c) {
        if (c >= '0' && c <= '9') {
                uint32_t *p;

                if (m->n_parameters == 0)
                        m->n_parameters = 1;
                p = &m->parameters[m->n_parameters - 1];
                *p = *p > 99999 ? *p : *p * 10 + (uint32_t) (c - '0');
        } else if (c == ';') {
                if (m->n_parameters == 0)
                        m->n_parameters = 1;
                if (m->n_parameters < SCREEN_PARAMETERS_MAX)
                        m->parameters[m->n_parameters++] = 0;
        } else if (c >= '<' && c <= '?')
                m->prefix = c;
        else if (c >= ' ' && c <= '/')
                m->intermediate = c;
        else if (c >= '@' && c <= '~') {
                finish_csi(m, c);
                m->state = GROUND;
        }
}

static void feed_escape(ScreenModes *m, char c) {
        m->state = GROUND;
        switch (c) {
        case '[':
                m->state = CSI;
                m->prefix = m->intermediate = 0;
                m->n_parameters = 0;
                memset(m->parameters, 0, sizeof(m->parameters));
                break;
        case ']':
        case 'P':
        case 'X':
        case '^':
        case '_':
                m->state = STRING;
                break;
        case '=':
                set_mode(m, 66, true);
                break;
        case '>':
                set_mode(m, 66, false);
                break;
        case 'c': /* full reset */
                *m = (ScreenModes){ .touched = true };
                break;
        default:
                break;
        }
}

void screen_modes_feed(ScreenModes *m, const char *data, size_t size) {
        const char *end = data + size;

        for (const char *p = data; p < end; p++) {
                if (m->state == GROUND) {
                        p = memchr(p, '\033', (size_t) (end - p));
                        if (!p)
                                return;
                        m->state = ESCAPE;
                        m->touched = true;
                } else if (*p == '\033')
                        m->state = ESCAPE;
                else if (*p == '\030' || *p == '\032') /* CAN and SUB abort a sequence */
                        m->state = GROUND;
                else if (m->state == ESCAPE)
                        feed_escape(m, *p);
                else if (m->state == CSI)
                        feed_csi(m, *p);
                else if (*p == '\a')
                        m->state = GROUND;
        }
}

bool screen_modes_undo(const ScreenModes *m, FILE *f) {
        bool alternate = false;

        if (!m->touched)
                return false;

        /* Ends a sequence that was cut off, then colours, character set, and insert mode. */
        fputs("\030\033[m\033(B\017\033[4l", f);
        if (m->margins_changed)
                fputs("\0337\033[r\0338", f);
        if (m->cursor_changed)
                fputs("\033[0 q", f);
        if (m->keyboard_pushes > 0)
                fprintf(f, "\033[<%uu", (unsigned) m->keyboard_pushes);
        if (m->keys_changed)
                fputs("\033[=0u\033[>4m", f);
        for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
                if (!(m->changed & UINT32_C(1) << i))
                        continue;
                alternate = alternate || modes[i].number == 1049;
                if (modes[i].number == 66)
                        fputs("\033>", f);
                else
                        fprintf(f, "\033[?%u%c", (unsigned) modes[i].number, modes[i].on ? 'h' : 'l');
        }
        return !alternate;
}
