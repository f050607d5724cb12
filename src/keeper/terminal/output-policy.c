/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which of a program's sequences go on to whom: lists of what does, since there will always be sequences
 * that nobody here has heard of, and some of them will be questions. */

#include "keeper/terminal/output-policy.h"

#define WRITERS  ((ViewerSet) (VIEWER_BIT(VIEWER_OWNER) | VIEWER_BIT(VIEWER_OWNER_CLIPBOARD)))
#define OWNERS   ((ViewerSet) (WRITERS | VIEWER_BIT(VIEWER_READER)))
#define TYPISTS  ((ViewerSet) (WRITERS | VIEWER_BIT(VIEWER_FOREIGN)))
#define EVERYONE VIEWERS_ALL

/* Control sequences that have parameters only, by their last byte. */
static const ViewerSet plain[0x40] = {
        ['@' - 0x40] = EVERYONE, /* ICH */
        ['A' - 0x40] = EVERYONE, /* CUU */
        ['B' - 0x40] = EVERYONE, /* CUD */
        ['C' - 0x40] = EVERYONE, /* CUF */
        ['D' - 0x40] = EVERYONE, /* CUB */
        ['E' - 0x40] = EVERYONE, /* CNL */
        ['F' - 0x40] = EVERYONE, /* CPL */
        ['G' - 0x40] = EVERYONE, /* CHA */
        ['H' - 0x40] = EVERYONE, /* CUP */
        ['I' - 0x40] = EVERYONE, /* CHT */
        ['J' - 0x40] = EVERYONE, /* ED */
        ['K' - 0x40] = EVERYONE, /* EL */
        ['L' - 0x40] = EVERYONE, /* IL */
        ['M' - 0x40] = EVERYONE, /* DL */
        ['P' - 0x40] = EVERYONE, /* DCH */
        ['S' - 0x40] = EVERYONE, /* SU */
        ['T' - 0x40] = EVERYONE, /* SD; with more parameters a mouse that waits for an answer, see below */
        ['W' - 0x40] = EVERYONE, /* CTC */
        ['X' - 0x40] = EVERYONE, /* ECH */
        ['Z' - 0x40] = EVERYONE, /* CBT */
        ['^' - 0x40] = EVERYONE, /* SD */
        ['`' - 0x40] = EVERYONE, /* HPA */
        ['a' - 0x40] = EVERYONE, /* HPR */
        ['b' - 0x40] = EVERYONE, /* REP */
        ['d' - 0x40] = EVERYONE, /* VPA */
        ['e' - 0x40] = EVERYONE, /* VPR */
        ['f' - 0x40] = EVERYONE, /* HVP */
        ['g' - 0x40] = EVERYONE, /* TBC */
        ['h' - 0x40] = EVERYONE, /* SM, see below */
        ['l' - 0x40] = EVERYONE, /* RM, see below */
        ['m' - 0x40] = EVERYONE, /* SGR */
        ['r' - 0x40] = EVERYONE, /* DECSTBM */
        ['s' - 0x40] = EVERYONE, /* SCOSC, DECSLRM */
        ['t' - 0x40] = OWNERS,   /* XTWINOPS, see below */
        ['u' - 0x40] = EVERYONE, /* SCORC */
};

static const struct {
        char prefix, intermediate, final;
        ViewerSet viewers;
} others[] = {
        { '?', 0, 'h', EVERYONE },  /* DECSET, see below */
        { '?', 0, 'l', EVERYONE },  /* DECRST */
        { '?', 0, 's', EVERYONE },  /* XTSAVE */
        { '?', 0, 'r', EVERYONE },  /* XTRESTORE */
        { '?', 0, 'J', EVERYONE },  /* DECSED */
        { '?', 0, 'K', EVERYONE },  /* DECSEL */
        { '?', 0, 'W', EVERYONE },  /* DECST8C */
        { 0, '!', 'p', EVERYONE },  /* DECSTR */
        { 0, '"', 'q', EVERYONE },  /* DECSCA */
        { 0, ' ', 'q', EVERYONE },  /* DECSCUSR */
        { 0, ' ', '@', EVERYONE },  /* SL */
        { 0, ' ', 'A', EVERYONE },  /* SR */
        { 0, '\'', '}', EVERYONE }, /* DECIC */
        { 0, '\'', '~', EVERYONE }, /* DECDC */
        { 0, '$', 'r', EVERYONE },  /* DECCARA */
        { 0, '$', 't', EVERYONE },  /* DECRARA */
        { 0, '$', 'v', EVERYONE },  /* DECCRA */
        { 0, '$', 'x', EVERYONE },  /* DECFRA */
        { 0, '$', 'z', EVERYONE },  /* DECERA */
        { 0, '$', '{', EVERYONE },  /* DECSERA */
        { 0, '*', 'x', EVERYONE },  /* DECSACE */
        { 0, '#', '{', EVERYONE },  /* XTPUSHSGR */
        { 0, '#', '}', EVERYONE },  /* XTPOPSGR */
        { 0, '#', 'p', EVERYONE },  /* XTPUSHSGR */
        { 0, '#', 'q', EVERYONE },  /* XTPOPSGR */
        { 0, '#', 'P', OWNERS },    /* XTPUSHCOLORS */
        { 0, '#', 'Q', OWNERS },    /* XTPOPCOLORS */
        { '>', 0, 'm', TYPISTS },   /* XTMODKEYS */
        { '>', 0, 'n', TYPISTS },   /* XTMODKEYS, off */
        { '>', 0, 'f', TYPISTS },   /* XTFMTKEYS */
        { '>', 0, 's', WRITERS },   /* XTSHIFTESCAPE */
        { '>', 0, 'p', OWNERS },    /* XTSMPOINTER */
        { '=', 0, 'u', TYPISTS },   /* kitty's keyboard protocol */
        { '>', 0, 'u', TYPISTS },
        { '<', 0, 'u', TYPISTS },
};

/* Modes of DEC's that say how things are shown. */
static const uint16_t shown_modes[] = { 1, 3, 5, 6, 7, 8, 12, 25, 40, 45, 47, 66, 67, 69, 1007, 1034, 1035,
        1036, 1039, 1045, 1047, 1048, 1049, 2026 };

/* Those that make a terminal send: mouse, focus, pasted text, colour schemes, keys as Windows has them. */
static const uint16_t sending_modes[] = { 9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2031,
        5522, 9001 };

/* Those that are nobody's business here: a terminal of another kind (2: VT52, 38: Tektronix), printers and
 * logs (18, 19, 46), a mouse that waits for an answer (1001), and what the screen does itself, as it knows
 * the session's size (2048), or does not do at all (2027: another way to count columns). */
static const uint16_t kept_modes[] = { 2, 18, 19, 38, 46, 1001, 2027, 2048 };

static bool is_one_of(uint32_t number, const uint16_t *numbers, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (numbers[i] == number)
                        return true;
        return false;
}

static ViewerSet private_mode(uint32_t number) {
        if (is_one_of(number, shown_modes, ELEMENTSOF(shown_modes)))
                return EVERYONE;
        if (is_one_of(number, sending_modes, ELEMENTSOF(sending_modes)))
                return TYPISTS;
        return is_one_of(number, kept_modes, ELEMENTSOF(kept_modes)) ? VIEWERS_NONE : WRITERS;
}

typedef struct Parsed {
        char prefix, intermediate, final;
        uint32_t first; /* parameter; 0 if there is none */
        unsigned separators;
} Parsed;

/* Takes a control sequence apart. False: it is not well-formed. */
static bool parse(const uint8_t *p, const uint8_t *last, Parsed *ret) {
        *ret = (Parsed){ .final = (char) *last };
        if (p < last && *p >= 0x3c && *p <= 0x3f)
                ret->prefix = (char) *p++;
        for (; p < last && *p >= 0x30 && *p <= 0x3b; p++)
                if (*p >= 0x3a)
                        ret->separators++;
                else if (ret->separators == 0 && ret->first < 1000000)
                        ret->first = ret->first * 10 + (uint32_t) (*p - '0');
        if (p < last && *p >= 0x20 && *p <= 0x2f)
                ret->intermediate = (char) *p++;
        return p == last && *last >= 0x40 && *last <= 0x7e;
}

static ViewerSet control_sequence(const Parsed *q) {
        if (q->prefix == 0 && q->intermediate == 0)
                switch (q->final) {
                case 'h': /* SM, RM: insert, newline; not the keyboard's lock, local echo */
                case 'l':
                        return q->first == 4 || q->first == 20 ? EVERYONE : VIEWERS_NONE;
                case 't': /* XTWINOPS: the stack of titles; moving and resizing; not reports */
                        if (q->first == 22 || q->first == 23)
                                return OWNERS;
                        return (q->first >= 1 && q->first <= 10) || q->first >= 24 ? WRITERS : VIEWERS_NONE;
                case 'T':
                        return q->separators > 0 ? VIEWERS_NONE : EVERYONE;
                default:
                        return plain[q->final - 0x40];
                }
        for (size_t i = 0; i < ELEMENTSOF(others); i++)
                if (others[i].prefix == q->prefix && others[i].intermediate == q->intermediate &&
                        others[i].final == q->final)
                        return q->prefix == '?' && strchr("hlsr", q->final) ? private_mode(q->first)
                                                                            : others[i].viewers;
        return VIEWERS_NONE;
}

/* ESC and what follows it, other than [ and strings. */
static ViewerSet escape(const uint8_t *text, size_t size) {
        if (size == 1)
                return strchr("6789=>DEHMNOcno|}~", text[0]) ? EVERYONE : VIEWERS_NONE;
        switch (text[0]) {
        case '#': /* double size, and DECALN */
                return size == 2 && strchr("34568", text[1]) ? EVERYONE : VIEWERS_NONE;
        case '(': /* character sets, in one or more letters */
        case ')':
        case '*':
        case '+':
        case '-':
        case '.':
        case '/':
                return EVERYONE;
        case '%': /* UTF-8, which it is in any case; no other */
                return size == 2 && text[1] == 'G' ? EVERYONE : VIEWERS_NONE;
        case ' ': /* controls of one byte are not for UTF-8 */
                return size == 2 && text[1] == 'F' ? EVERYONE : VIEWERS_NONE;
        default:
                return VIEWERS_NONE;
        }
}

ViewerSet output_policy_sequence(const uint8_t *sequence, size_t size) {
        Parsed q;

        if (size < 2)
                return VIEWERS_NONE;
        if (sequence[1] != '[')
                return escape(sequence + 1, size - 1);
        /* Most sequences by far. */
        if (size > 3 && sequence[size - 1] == 'm' && sequence[2] <= 0x3b)
                return parse(sequence + 2, sequence + size - 1, &q) && q.intermediate == 0 ? EVERYONE
                                                                                           : VIEWERS_NONE;
        return size >= 3 && parse(sequence + 2, sequence + size - 1, &q) ? control_sequence(&q)
                                                                         : VIEWERS_NONE;
}

static bool begins(const uint8_t *text, size_t size, const char *with) {
        size_t n = strlen(with);

        return size >= n && memcmp(text, with, n) == 0;
}

/* What iTerm2 and others understand: marks and names, and pictures; not what asks, nor the clipboard. */
static ViewerSet iterm(const uint8_t *text, size_t size) {
        static const char *const known[] = { "SetMark",
                "CurrentDir=", "RemoteHost=", "ShellIntegrationVersion=", "SetUserVar=", "ClearScrollback",
                "CursorShape=", "StealFocus",
                "HighlightCursorLine=", "File=", "MultipartFile=", "FilePart=", "FileEnd" };

        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (begins(text, size, known[i]))
                        return OWNERS;
        return VIEWERS_NONE;
}

/* Notifications: of iTerm2 (any text), and of ConEmu what shows progress (4); the rest runs programs. */
static ViewerSet notification(const uint8_t *text, size_t size) {
        if (size > 0 && text[0] >= '0' && text[0] <= '9')
                return begins(text, size, "4;") ? OWNERS : VIEWERS_NONE;
        return OWNERS;
}

/* kitty's notifications: those that report nothing. */
static ViewerSet kitty_notification(const uint8_t *text, size_t size) {
        static const char *const asking[] = { "a=", "c=", "p=?", "p=alive", "p=close", "p=buttons" };
        const uint8_t *end = memchr(text, ';', size);
        size_t n = end ? (size_t) (end - text) : size;

        for (size_t i = 0; i < ELEMENTSOF(asking); i++)
                if (memmem(text, n, asking[i], strlen(asking[i])))
                        return VIEWERS_NONE;
        return OWNERS;
}

/* WHICH;BASE64, where a "?" instead asks for it. */
static ViewerSet clipboard(const uint8_t *text, size_t size) {
        const uint8_t *content = memchr(text, ';', size);

        if (!content || memchr(text, '?', size))
                return VIEWERS_NONE;
        return VIEWER_BIT(VIEWER_OWNER_CLIPBOARD);
}

static ViewerSet operating_system_command(const uint8_t *text, size_t size, bool complete) {
        uint32_t number = 0;
        size_t i = 0;

        while (i < size && i < 5 && text[i] >= '0' && text[i] <= '9')
                number = number * 10 + (uint32_t) (text[i++] - '0');
        if (i == 0 || (i < size && text[i] != ';'))
                return VIEWERS_NONE;
        i += i < size;
        text += i;
        size -= i;
        if (number == 52)
                return clipboard(text, size);
        if (number == 1337)
                return iterm(text, size);
        /* Longer ones are kept by nobody, and only these are long for a reason. */
        if (!complete)
                return VIEWERS_NONE;
        switch (number) {
        case 0: /* titles */
        case 1:
        case 2:
        case 7:    /* working directory */
        case 8:    /* hyperlinks */
        case 104:  /* colours back to what they were */
        case 105:  /**/
        case 133:  /* marks of prompts */
        case 633:  /* the same of VS Code */
        case 3008: /* context, as systemd has it */
                return OWNERS;
        case 4: /* colours */
        case 5:
        case 21:
        case 22: /* shape of the pointer */
                return memchr(text, '?', size) ? VIEWERS_NONE : OWNERS;
        case 9:
                return notification(text, size);
        case 99:
                return kitty_notification(text, size);
        case 777:
                return begins(text, size, "notify;") ? OWNERS : VIEWERS_NONE;
        default:
                if (number >= 10 && number < 20)
                        return memchr(text, '?', size) ? VIEWERS_NONE : OWNERS;
                return number >= 110 && number < 120 ? OWNERS : VIEWERS_NONE;
        }
}

/* Sixel pictures, and updates at one go as they were before mode 2026. */
static ViewerSet device_control(const uint8_t *text, size_t size) {
        size_t i = 0;

        if (size == 3 && (begins(text, size, "=1s") || begins(text, size, "=2s")))
                return OWNERS;
        while (i < size && ((text[i] >= '0' && text[i] <= '9') || text[i] == ';'))
                i++;
        return i < size && text[i] == 'q' ? OWNERS : VIEWERS_NONE;
}

ViewerSet output_policy_string(uint8_t kind, const uint8_t *text, size_t size, bool complete) {
        if (kind == ']')
                return operating_system_command(text, size, complete);
        return kind == 'P' ? device_control(text, size) : VIEWERS_NONE;
}
