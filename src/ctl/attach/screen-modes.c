/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A scanner for the escape sequences that change a terminal's modes. It is no emulator: it only remembers
 * what has to be undone.
 *
 *      GROUND --ESC--> ESCAPE --[--> CSI --final--> GROUND
 *                        |           (parameters, one prefix < = > ?, one intermediate)
 *                        +--( ) * + - . / %--> CHARSET --final--> GROUND
 *                        +--]--> OSC --BEL or ESC--> GROUND or ESCAPE
 *                        +--P X ^ _--> STRING --BEL or ESC--> GROUND or ESCAPE
 */

#include "ctl/attach/screen-modes.h"

#define N_CHARSETS  5U /* G0 to G3, and the coding system (ESC %) */
#define N_COLORS    10U
#define COLOR_FIRST 10U
#define KITTY_COLORS \
        (1U << 0 | 1U << 1 | 1U << 2 | 1U << 7 | 1U << 9) /* text, background, cursor, selection */
#define TITLES_MAX 16U
#define TAB_WIDTH  8U

enum {
        GROUND,
        ESCAPE,
        CSI,
        CHARSET,
        OSC,
        STRING,
};

/* The private modes (CSI ? n h and l) that are undone, and whether they are on in a fresh terminal. */
static const struct {
        uint32_t number;
        bool on;
} modes[] = {
        { 47, false },   /* alternate screen, in its three forms; first, see screen_modes_undo() */
        { 1047, false }, /**/
        { 1049, false }, /**/
        { 1, false },    /* application cursor keys */
        { 5, false },    /* reverse video */
        { 6, false },    /* origin */
        { 7, true },     /* wrap at the margin */
        { 8, true },     /* keys repeat */
        { 9, false },    /* mouse, oldest protocol */
        { 12, false },   /* cursor blinks */
        { 25, true },    /* cursor shown */
        { 40, false },   /* 132 columns allowed */
        { 45, false },   /* reverse wrap */
        { 66, false },   /* application keypad */
        { 67, false },   /* backarrow key */
        { 69, false },   /* left and right margins */
        { 1000, false }, /* mouse: buttons */
        { 1001, false }, /* mouse: highlighting */
        { 1002, false }, /* mouse: dragging */
        { 1003, false }, /* mouse: any motion */
        { 1004, false }, /* focus events */
        { 1005, false }, /* mouse coordinates, three encodings and pixels */
        { 1006, false }, /**/
        { 1015, false }, /**/
        { 1016, false }, /**/
        { 1007, false }, /* the wheel is cursor keys on the alternate screen */
        { 1034, false }, /* meta, four ways */
        { 1035, true },  /**/
        { 1036, true },  /**/
        { 1039, false }, /**/
        { 2004, false }, /* bracketed paste */
        { 2026, false }, /* synchronised updates */
        { 2027, false }, /* grapheme clusters */
        { 2031, false }, /* reports of colour schemes */
        { 2048, false }, /* reports of sizes */
        { 5522, false }, /* reports of what is pasted */
        { 9001, false }, /* keys as Windows has them */
        { 4, false },    /* smooth scrolling */
        { 42, false },   /* national character sets */
        { 80, false },   /* where sixel pictures go */
        { 8452, false }, /* and the cursor after them */
        { 1070, true },  /* and whose their colours are */
        { 1037, false }, /* what Delete sends */
        { 1042, false }, /* the bell is urgent, or raises the window */
        { 1043, false }, /**/
        { 1045, false }, /* reverse wrap, extended */
        { 1051, false }, /* function keys as others have them: Sun, HP, SCO, X11R6, VT220 */
        { 1052, false }, /**/
        { 1053, false }, /**/
        { 1060, false }, /**/
        { 1061, false }, /**/
        { 7727, false }, /* the Escape key, the wheel: mintty's */
        { 7787, false }, /**/
};
static_assert(ELEMENTSOF(modes) <= 64, "ScreenModes::changed has a bit for each");

#define N_ALTERNATE_FORMS 3U
#define ALTERNATE_MASK    ((UINT64_C(1) << N_ALTERNATE_FORMS) - 1)

static void set_mode(ScreenModes *m, uint32_t number, bool on) {
        for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
                uint64_t bit = UINT64_C(1) << i;

                if (modes[i].number != number)
                        continue;
                if (on == modes[i].on)
                        m->changed &= ~bit;
                else
                        m->changed |= bit;
        }
        /* They are three ways to one screen: any of them leaves it. */
        if (!on && (number == 47 || number == 1047 || number == 1049))
                m->changed &= ~ALTERNATE_MASK;
}

/* XTSAVE, XTRESTORE */
static void keep_mode(ScreenModes *m, uint32_t number, bool restore) {
        for (size_t i = 0; i < ELEMENTSOF(modes); i++) {
                uint64_t bit = UINT64_C(1) << i;

                if (modes[i].number != number)
                        continue;
                if (restore)
                        set_mode(m, number, (m->kept & bit) ? !modes[i].on : modes[i].on);
                else
                        m->kept = (m->kept & ~bit) | (m->changed & bit);
        }
}

static void keyboard_protocol(ScreenModes *m) {
        uint32_t n = m->n_parameters > 0 && m->parameters[0] > 0 ? m->parameters[0] : 1;
        ScreenKeyboard *k = &m->keyboard[(m->changed & ALTERNATE_MASK) != 0];

        if (m->prefix == '>')
                k->pushes++;
        else if (m->prefix == '<')
                k->pushes -= MIN(n, k->pushes);
        else if (m->prefix == '=')
                k->changed = true;
}

static void set_resource(const ScreenModes *m, uint16_t *resources) {
        if (m->n_parameters > 0 && m->parameters[0] < 16)
                *resources = (uint16_t) (*resources | 1U << m->parameters[0]);
}

static void title_stack(ScreenModes *m) {
        if (m->parameters[0] == 22 && m->titles < TITLES_MAX)
                m->titles++;
        else if (m->parameters[0] == 23 && m->titles > 0)
                m->titles--;
}

/* Does the terminal answer it? By keepers of this version only colours are asked; earlier ones pass on all
 * questions. */
static bool csi_asks(const ScreenModes *m, char final) {
        uint32_t first = m->parameters[0];

        switch (final) {
        case 'c':
                return true;
        case 'n':
        case 'x':
                return m->prefix != '>' && !m->intermediate;
        case 'p':
                return m->intermediate == '$';
        case 'q':
                return m->prefix == '>';
        case 'u':
                return m->prefix == '?' || m->intermediate;
        case 'm':
        case 'S':
                return m->prefix == '?';
        case 'w':
        case 'y':
                return m->intermediate;
        case 't':
                return !m->prefix && !m->intermediate && first >= 11 && first <= 21;
        default:
                return false;
        }
}

static void finish_csi(ScreenModes *m, char final) {
        m->asked = m->asked || csi_asks(m, final);
        if (m->prefix == '?' && (final == 'h' || final == 'l'))
                for (size_t i = 0; i < m->n_parameters; i++)
                        set_mode(m, m->parameters[i], final == 'h');
        else if (m->prefix == '?' && (final == 's' || final == 'r'))
                for (size_t i = 0; i < m->n_parameters; i++)
                        keep_mode(m, m->parameters[i], final == 'r');
        else if (m->prefix && final == 'u')
                keyboard_protocol(m);
        else if (m->prefix == '>' && (final == 'm' || final == 'n'))
                set_resource(m, &m->key_resources);
        else if (m->prefix == '>' && final == 'f')
                set_resource(m, &m->key_formats);
        else if (m->prefix == '>' && final == 'p')
                m->pointer_mode_changed = true;
        else if (!m->prefix && !m->intermediate && final == 'r')
                m->margins_changed = true;
        else if (!m->prefix && !m->intermediate && final == 'g')
                m->tabs_changed = true;
        else if (!m->prefix && !m->intermediate && final == 't')
                title_stack(m);
        else if (!m->prefix && m->intermediate == ' ' && final == 'q')
                m->cursor_changed = true;
        else if (!m->prefix && m->intermediate == '"' && final == 'q')
                m->guard_changed = true;
}

static void feed_digit(ScreenModes *m, char c) {
        uint32_t *p;

        if (m->n_parameters == 0)
                m->n_parameters = 1;
        p = &m->parameters[m->n_parameters - 1];
        *p = *p > 99999 ? *p : *p * 10 + (uint32_t) (c - '0');
}

static void feed_csi(ScreenModes *m, char c) {
        if (c >= '0' && c <= '9')
                feed_digit(m, c);
        else if (c == ';') {
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

/* The number first, then text up to the end. */
static void feed_osc(ScreenModes *m, char c) {
        if (!m->intermediate && c >= '0' && c <= '9')
                feed_digit(m, c);
        else {
                m->intermediate = ';';
                m->asks = m->asks || c == '?';
                m->last = c;
                m->n_commas = (uint8_t) MIN(m->n_commas + (c == ','), UINT8_MAX);
                if (m->n_head < sizeof(m->head) - 1)
                        m->head[m->n_head++] = c;
        }
}

/* The pointer's shape: a name; "" for the usual one. kitty also has a stack for each screen, which takes
 * several at once. */
static void pointer_shape(ScreenModes *m) {
        uint8_t *pointers = &m->pointers[(m->changed & ALTERNATE_MASK) != 0];

        if (m->head[1] == '>')
                *pointers = (uint8_t) MIN(*pointers + 1 + m->n_commas, UINT8_MAX);
        else if (m->head[1] == '<')
                *pointers = (uint8_t) (*pointers - MIN(*pointers, 1));
        else
                m->pointer_changed = m->head[0] && m->head[1];
}

static void finish_osc(ScreenModes *m) {
        uint32_t number = m->parameters[0], dynamic = number % 100;

        if (m->n_parameters == 0)
                return;
        if (number == 8) /* parameters; where to */
                m->in_link = m->last != ';';
        if (m->asks && number != 0 && number != 1 && number != 2 && number != 7 && number != 8 &&
                number != 9)
                m->asked = true;
        if (m->asks)
                return;
        if (number == 4 || number == 5)
                m->palette_changed = true;
        else if (number >= COLOR_FIRST && number < COLOR_FIRST + N_COLORS)
                m->colors = (uint16_t) (m->colors | 1U << (dynamic - COLOR_FIRST));
        else if (number >= 100 + COLOR_FIRST && number < 100 + COLOR_FIRST + N_COLORS)
                m->colors = (uint16_t) (m->colors & ~(1U << (dynamic - COLOR_FIRST)));
        else if (number == 21) { /* kitty's way to set any of these */
                m->palette_changed = true;
                m->colors |= KITTY_COLORS;
        } else if (number == 22)
                pointer_shape(m);
        else if (number == 9 && strncmp(m->head, ";4;", 3) == 0)
                m->shows_progress = m->head[3] && m->head[3] != '0';
}

static void feed_charset(ScreenModes *m, char c) {
        static const char targets[] = "()*+%", other_targets[] = "-./";
        const char *target = strchr(targets, m->intermediate);
        unsigned bit;

        if (m->intermediate == ' ') { /* how wide its controls are; levels of conformance */
                m->state = GROUND;
                if (c == 'F' || c == 'G')
                        m->sends_8bit = c == 'G';
                return;
        }
        if (c >= ' ' && c <= '/') { /* one of several bytes: surely not the usual one */
                m->prefix = c;
                return;
        }
        m->state = GROUND;
        bit = 1U << (target ? target - targets : strchr(other_targets, m->intermediate) - other_targets + 1);
        if (target && !m->prefix && c == (*target == '%' ? 'G' : 'B'))
                m->charsets = (uint8_t) (m->charsets & ~bit);
        else
                m->charsets = (uint8_t) (m->charsets | bit);
}

static void feed_escape(ScreenModes *m, char c) {
        m->state = GROUND;
        m->prefix = m->intermediate = 0;
        m->n_parameters = 0;
        memset(m->parameters, 0, sizeof(m->parameters));
        m->asks = false;
        m->n_commas = 0;
        m->n_head = 0;
        memset(m->head, 0, sizeof(m->head));
        m->last = 0;
        switch (c) {
        case '[':
                m->state = CSI;
                break;
        case ']':
                m->state = OSC;
                break;
        case 'P': /* some of these are questions */
        case '_':
                m->asked = true;
                m->state = STRING;
                break;
        case 'X':
        case '^':
                m->state = STRING;
                break;
        case 'Z': /* what it is */
                m->asked = true;
                break;
        case '(':
        case ')':
        case '*':
        case '+':
        case '-':
        case '.':
        case '/':
        case '%':
        case ' ':
                m->intermediate = c;
                m->state = CHARSET;
                break;
        case '=':
                set_mode(m, 66, true);
                break;
        case '>':
                set_mode(m, 66, false);
                break;
        case 'H': /* sets a tab stop */
                m->tabs_changed = true;
                break;
        case 'c': /* full reset, of all but titles */
                *m = (ScreenModes){
                        .touched = true,
                        .titles = m->titles,
                        .shows_progress = m->shows_progress,
                        .asked = m->asked,
                };
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
                } else if (*p == '\033') {
                        if (m->state == OSC)
                                finish_osc(m);
                        m->state = ESCAPE;
                } else if (*p == '\030' || *p == '\032') /* CAN and SUB abort a sequence */
                        m->state = GROUND;
                else if (m->state == ESCAPE)
                        feed_escape(m, *p);
                else if (m->state == CSI)
                        feed_csi(m, *p);
                else if (m->state == CHARSET)
                        feed_charset(m, *p);
                else if (*p == '\a') {
                        if (m->state == OSC)
                                finish_osc(m);
                        m->state = GROUND;
                } else if (m->state == OSC)
                        feed_osc(m, *p);
        }
}

static void undo_keyboard(const ScreenKeyboard *k, FILE *f) {
        if (k->pushes > 0)
                fprintf(f, "\033[<%uu", (unsigned) k->pushes);
        if (k->changed)
                fputs("\033[=0u", f);
}

static void undo_modes(const ScreenModes *m, size_t from, size_t to, FILE *f) {
        for (size_t i = from; i < to; i++) {
                if (!(m->changed & UINT64_C(1) << i))
                        continue;
                if (modes[i].number == 66)
                        fputs("\033>", f);
                else
                        fprintf(f, "\033[?%u%c", (unsigned) modes[i].number, modes[i].on ? 'h' : 'l');
        }
}

static void undo_charsets(const ScreenModes *m, FILE *f) {
        for (unsigned i = 1; i < N_CHARSETS; i++)
                if (m->charsets & 1U << i)
                        fputs((const char *const[N_CHARSETS]){ "", "\033)B", "\033*B", "\033+B",
                                      "\033%G" }[i],
                                f);
        if (m->guard_changed)
                fputs("\033[0\"q", f);
}

static void undo_colors(const ScreenModes *m, FILE *f) {
        if (m->palette_changed)
                fputs("\033]104\033\\\033]105\033\\", f);
        for (unsigned i = 0; i < N_COLORS; i++)
                if (m->colors & 1U << i)
                        fprintf(f, "\033]%u\033\\", 100 + COLOR_FIRST + i);
}

static void undo_pointers(uint8_t n, FILE *f) {
        while (n-- > 0)
                fputs("\033]22;<\033\\", f);
}

static void undo_others(const ScreenModes *m, FILE *f) {
        if (m->sends_8bit)
                fputs("\033 F", f);
        if (m->in_link)
                fputs("\033]8;;\033\\", f);
        if (m->pointer_mode_changed)
                fputs("\033[>1p", f);
        undo_pointers(m->pointers[0], f);
        if (m->pointer_changed)
                fputs("\033]22;\033\\", f);
        if (m->shows_progress)
                fputs("\033]9;4;0;0\033\\", f);
}

static void undo_tabs(const ScreenModes *m, uint32_t columns, FILE *f) {
        if (!m->tabs_changed)
                return;
        fputs("\0337\r\033[3g", f);
        for (uint32_t column = TAB_WIDTH; column < columns; column += TAB_WIDTH)
                fputs("\033[8C\033H", f);
        fputs("\0338", f);
}

bool screen_modes_undo(const ScreenModes *m, uint32_t columns, FILE *f) {
        bool alternate = m->changed & ALTERNATE_MASK;

        if (!m->touched)
                return false;

        /* Ends a sequence or a string that was cut off. Leaving the alternate screen brings back how text
         * was printed on the main one: so that comes first. Then colours, character sets, insert and newline
         * mode. */
        fputs("\030\033\\", f);
        if (alternate) {
                undo_keyboard(&m->keyboard[1], f);
                undo_pointers(m->pointers[1], f);
        }
        undo_modes(m, 0, N_ALTERNATE_FORMS, f);
        undo_keyboard(&m->keyboard[0], f);
        fputs("\033[m\033(B\017\033[4l\033[20l", f);
        undo_charsets(m, f);
        if (m->margins_changed)
                fputs("\0337\033[r\0338", f);
        undo_modes(m, N_ALTERNATE_FORMS, ELEMENTSOF(modes), f);
        undo_tabs(m, columns, f);
        if (m->cursor_changed)
                fputs("\033[0 q", f);
        for (unsigned i = 0; i < 16; i++)
                if (m->key_resources & 1U << i)
                        fprintf(f, "\033[>%um", i);
        for (unsigned i = 0; i < 16; i++)
                if (m->key_formats & 1U << i)
                        fprintf(f, "\033[>%uf", i);
        undo_colors(m, f);
        undo_others(m, f);
        for (unsigned i = 0; i < m->titles; i++)
                fputs("\033[23;0t", f);
        return !(m->changed & 1U << 2); /* 1049 */
}
