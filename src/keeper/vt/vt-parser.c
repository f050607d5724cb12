/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The state machine that takes a terminal's byte stream apart.
 *
 * It is Paul Williams' parser of the DEC terminals (https://vt100.net/emu/dec_ansi_parser), with UTF-8 at
 * ground, and with the four kinds of string other than OSC made one:
 *
 *            +--------------------------- final byte ----------------------------+
 *            v                                                                    |
 *     +-- GROUND --- ESC ---> ESCAPE --- 0x20-0x2f ---> ESCAPE_INTERMEDIATE ------+
 *     |      ^                  | | |                                             |
 *   UTF8 ----+                  | | +--- [ ---> CSI_ENTRY --> CSI_PARAMETER --> CSI_INTERMEDIATE
 *            |                  | |                   \           \                 /
 *            |                  | |                    +--------> CSI_IGNORE <-----+
 *            |                  | +----- ] ---> OSC ----- BEL, ST ----> ground
 *            +- CAN, SUB -(any) +------- P X ^ _ ---> STRING --- ST --> ground
 *
 * ESC in any state starts anew, and so ends a string, which is acted on at the ESC of its ST. Control
 * characters inside a sequence are acted on at once, as if they came before it. Two-byte C1 controls of
 * UTF-8 (U+0080 to U+009F) are what xterm takes them for: ESC and a letter. */

#include "keeper/vt/vt-parser.h"

typedef enum Class {
        CLASS_CONTROL,      /* C0 but the four below */
        CLASS_CANCEL,       /* CAN, SUB */
        CLASS_BELL,         /* BEL */
        CLASS_ESCAPE,       /* ESC */
        CLASS_INTERMEDIATE, /* 0x20-0x2f */
        CLASS_PARAMETER,    /* 0-9 : ; */
        CLASS_PREFIX,       /* < = > ? */
        CLASS_FINAL,        /* 0x40-0x7e */
        CLASS_DELETE,       /* 0x7f */
        CLASS_HIGH,         /* 0x80-0xff */
        _CLASS_MAX,
} Class;

typedef enum Action {
        ACTION_NONE,
        ACTION_CONTROL,
        ACTION_GROUND,       /* give the sequence up */
        ACTION_ESCAPE,       /* a new one begins */
        ACTION_PREFIX,       /* the parameters are private */
        ACTION_PARAMETER,    /* a digit or separator */
        ACTION_INTERMEDIATE, /* takes an intermediate byte */
        ACTION_IGNORE,       /* no sequence that means anything, skip to its end */
        ACTION_ESCAPE_FINAL,
        ACTION_CSI_FINAL,
        ACTION_STRING,     /* a byte of the string */
        ACTION_STRING_END, /* BEL */
} Action;

#define ON(class, action) [CLASS_##class] = ACTION_##action
#define ON_ANY            ON(CANCEL, GROUND), ON(ESCAPE, ESCAPE)
#define ON_CONTROLS       ON_ANY, ON(CONTROL, CONTROL), ON(BELL, CONTROL), ON(HIGH, GROUND)

/* What a byte does in a sequence. A row leaves out what does nothing. */
static const uint8_t actions[_VT_STATE_MAX][_CLASS_MAX] = {
        [VT_ESCAPE] = { ON_CONTROLS, ON(INTERMEDIATE, INTERMEDIATE), ON(PARAMETER, ESCAPE_FINAL),
                ON(PREFIX, ESCAPE_FINAL), ON(FINAL, ESCAPE_FINAL) },
        [VT_ESCAPE_INTERMEDIATE] = { ON_CONTROLS, ON(INTERMEDIATE, INTERMEDIATE),
                ON(PARAMETER, ESCAPE_FINAL), ON(PREFIX, ESCAPE_FINAL), ON(FINAL, ESCAPE_FINAL) },
        [VT_CSI_ENTRY] = { ON_CONTROLS, ON(INTERMEDIATE, INTERMEDIATE), ON(PARAMETER, PARAMETER),
                ON(PREFIX, PREFIX), ON(FINAL, CSI_FINAL) },
        [VT_CSI_PARAMETER] = { ON_CONTROLS, ON(INTERMEDIATE, INTERMEDIATE), ON(PARAMETER, PARAMETER),
                ON(PREFIX, IGNORE), ON(FINAL, CSI_FINAL) },
        [VT_CSI_INTERMEDIATE] = { ON_CONTROLS, ON(INTERMEDIATE, INTERMEDIATE), ON(PARAMETER, IGNORE),
                ON(PREFIX, IGNORE), ON(FINAL, CSI_FINAL) },
        [VT_CSI_IGNORE] = { ON_CONTROLS, ON(FINAL, GROUND) },
        [VT_OSC] = { ON_ANY, ON(BELL, STRING_END), ON(INTERMEDIATE, STRING), ON(PARAMETER, STRING),
                ON(PREFIX, STRING), ON(FINAL, STRING), ON(HIGH, STRING) },
        [VT_STRING] = { ON_ANY, ON(CONTROL, STRING), ON(BELL, STRING), ON(INTERMEDIATE, STRING),
                ON(PARAMETER, STRING), ON(PREFIX, STRING), ON(FINAL, STRING), ON(DELETE, STRING),
                ON(HIGH, STRING) },
};

static const uint8_t classes[256] = {
        [0x00 ... 0x1f] = CLASS_CONTROL,
        [0x20 ... 0x2f] = CLASS_INTERMEDIATE,
        [0x30 ... 0x3b] = CLASS_PARAMETER,
        [0x3c ... 0x3f] = CLASS_PREFIX,
        [0x40 ... 0x7e] = CLASS_FINAL,
        [0x7f] = CLASS_DELETE,
        [0x80 ... 0xff] = CLASS_HIGH,
};

static Class class_of(uint8_t c) {
        switch (c) {
        case 0x07:
                return CLASS_BELL;
        case 0x18:
        case 0x1a:
                return CLASS_CANCEL;
        case 0x1b:
                return CLASS_ESCAPE;
        default:
                return classes[c];
        }
}

void vt_parser_init(VtParser *p, const VtHandlers *handlers, void *userdata) {
        p->handlers = handlers;
        p->userdata = userdata;
        p->state = VT_GROUND;
        p->overlong = false;
        p->n_raw = 0;
}

size_t vt_parser_pending(const VtParser *p, const uint8_t **ret) {
        /* The rest of what is too long goes into a string of the same kind that nobody knows. */
        static const char osc[] = "\x1b]9999;", other[] = "\x1b^";

        if (p->state == VT_GROUND) {
                *ret = NULL;
                return 0;
        }
        if (p->overlong) {
                *ret = (const uint8_t *) (p->state == VT_OSC ? osc : other);
                return strlen((const char *) *ret);
        }
        *ret = p->raw;
        return p->n_raw;
}

static void parser_begin(VtParser *p) {
        p->state = VT_ESCAPE;
        p->overlong = false;
        p->raw[0] = 0x1b;
        p->n_raw = 1;
        p->sequence.prefix = 0;
        p->sequence.intermediate = 0;
        p->sequence.n_parameters = 0;
        p->sequence.colons = 0;
}

/* The string is complete. */
static void parser_end_string(VtParser *p, size_t without, bool bell) {
        const char *text = (const char *) p->raw + 2;
        VtState state = p->state;

        p->state = VT_GROUND;
        if (p->overlong)
                return;
        if (state == VT_OSC)
                p->handlers->osc(p->userdata, text, p->n_raw - 2 - without, bell);
        else
                p->handlers->string(p->userdata, (char) p->raw[1], text, p->n_raw - 2 - without);
}

static void parser_string(VtParser *p, uint8_t c) {
        if (c == 0x9c && p->last == 0xc2) { /* ST as a character */
                parser_end_string(p, 1, false);
                return;
        }
        p->last = c;
        if (p->n_raw < VT_PENDING_MAX)
                p->raw[p->n_raw++] = c;
        else
                p->overlong = true;
}

static void parser_parameter(VtParser *p, uint8_t c) {
        VtSequence *s = &p->sequence;
        int32_t *value;

        p->state = VT_CSI_PARAMETER;
        if (s->n_parameters == 0)
                s->parameters[s->n_parameters++] = VT_OMITTED;
        if (c >= '0' && c <= '9') {
                if (s->n_parameters > VT_PARAMETERS_MAX)
                        return;
                value = s->parameters + s->n_parameters - 1;
                *value = (*value == VT_OMITTED ? 0 : *value * 10) + (c - '0');
                *value = MIN(*value, VT_PARAMETER_MAX);
                return;
        }
        if (s->n_parameters >= VT_PARAMETERS_MAX) {
                s->n_parameters = VT_PARAMETERS_MAX + 1; /* what follows is not kept */
                return;
        }
        if (c == ':')
                s->colons |= 1U << s->n_parameters;
        s->parameters[s->n_parameters++] = VT_OMITTED;
}

/* ESC and a letter. */
static void parser_escape_final(VtParser *p, uint8_t c) {
        p->state = VT_GROUND;
        if (p->sequence.intermediate == 0) {
                switch (c) {
                case '[':
                        p->state = VT_CSI_ENTRY;
                        return;
                case ']':
                        p->state = VT_OSC;
                        p->last = 0;
                        return;
                case 'P':
                case 'X':
                case '^':
                case '_':
                        p->state = VT_STRING;
                        p->last = 0;
                        return;
                }
        }
        p->sequence.final = c;
        p->handlers->escape(p->userdata, &p->sequence);
}

static void parser_csi_final(VtParser *p, uint8_t c) {
        p->state = VT_GROUND;
        p->sequence.final = c;
        if (p->sequence.n_parameters > VT_PARAMETERS_MAX)
                p->sequence.n_parameters = VT_PARAMETERS_MAX;
        p->handlers->csi(p->userdata, &p->sequence);
}

/* The quick way through a CSI sequence of parameters only, which most are: if its end is in sight, it need
 * not be kept. Takes as much of [b, end) as is such. */
static const uint8_t *parser_csi(VtParser *p, const uint8_t *b, const uint8_t *end) {
        const uint8_t *start = b;
        size_t room = VT_PENDING_MAX - p->n_raw;

        if (p->state == VT_CSI_ENTRY && *b >= 0x3c && *b <= 0x3f) {
                p->state = VT_CSI_PARAMETER;
                p->sequence.prefix = *b++;
        }
        while (b < end && classes[*b] == CLASS_PARAMETER)
                parser_parameter(p, *b++);
        if (b < end && classes[*b] == CLASS_FINAL && (size_t) (b - start) < room) {
                parser_csi_final(p, *b);
                return b + 1;
        }
        if ((size_t) (b - start) > room) {
                p->state = VT_CSI_IGNORE;
                memcpy(p->raw + p->n_raw, start, room);
                p->n_raw = VT_PENDING_MAX;
        } else {
                memcpy(p->raw + p->n_raw, start, (size_t) (b - start));
                p->n_raw = (uint16_t) (p->n_raw + (b - start));
        }
        return b;
}

static void parser_sequence_byte(VtParser *p, uint8_t c, Action action) {
        if (p->n_raw < VT_PENDING_MAX)
                p->raw[p->n_raw++] = c;
        else if (action != ACTION_GROUND)
                action = action == ACTION_CSI_FINAL || action == ACTION_ESCAPE_FINAL ? ACTION_GROUND
                                                                                     : ACTION_IGNORE;
        switch (action) {
        case ACTION_GROUND:
                p->state = VT_GROUND;
                break;
        case ACTION_PREFIX:
                p->state = VT_CSI_PARAMETER;
                p->sequence.prefix = c;
                break;
        case ACTION_PARAMETER:
                parser_parameter(p, c);
                break;
        case ACTION_INTERMEDIATE:
                p->sequence.intermediate = p->sequence.intermediate == 0 ? c : 0xff;
                p->state = p->state == VT_ESCAPE || p->state == VT_ESCAPE_INTERMEDIATE
                        ? VT_ESCAPE_INTERMEDIATE
                        : VT_CSI_INTERMEDIATE;
                break;
        case ACTION_ESCAPE_FINAL:
                parser_escape_final(p, c);
                break;
        case ACTION_CSI_FINAL:
                parser_csi_final(p, c);
                break;
        case ACTION_IGNORE:
                p->state = VT_CSI_IGNORE;
                break;
        default:
                break;
        }
}

/* One byte that is not at ground. False: it was not part of what had begun, and is to be looked at again. */
static bool parser_step(VtParser *p, uint8_t c) {
        Action action = actions[p->state][class_of(c)];

        switch (action) {
        case ACTION_NONE:
                break;
        case ACTION_CONTROL:
                p->handlers->control(p->userdata, c);
                break;
        case ACTION_STRING:
                parser_string(p, c);
                break;
        case ACTION_STRING_END:
                parser_end_string(p, 0, true);
                break;
        case ACTION_ESCAPE:
                if (p->state == VT_OSC || p->state == VT_STRING)
                        parser_end_string(p, 0, false);
                parser_begin(p);
                break;
        case ACTION_GROUND:
                if (c >= 0x80) { /* text inside a sequence: that was none */
                        p->state = VT_GROUND;
                        return false;
                }
                p->state = VT_GROUND;
                break;
        default:
                parser_sequence_byte(p, c, action);
        }
        return true;
}

static void parser_character(VtParser *p, uint32_t code) {
        p->state = VT_GROUND;
        if (code >= 0x80 && code < 0xa0) {
                parser_begin(p);
                (void) parser_step(p, (uint8_t) (code - 0x40));
        } else
                p->handlers->character(p->userdata, code);
}

/* How many bytes a character takes that begins with c: 1 if none begins so. */
static unsigned utf8_length(uint8_t c) {
        return c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
}

/* May next be the second byte behind first? Excludes what is overlong, a surrogate, or beyond Unicode. */
static bool utf8_second(uint8_t first, uint8_t next) {
        switch (first) {
        case 0xe0:
                return next >= 0xa0 && next < 0xc0;
        case 0xed:
                return next >= 0x80 && next < 0xa0;
        case 0xf0:
                return next >= 0x90 && next < 0xc0;
        case 0xf4:
                return next >= 0x80 && next < 0x90;
        default:
                return (next & 0xc0) == 0x80;
        }
}

/* Takes at least one byte of [b, end), of which the first belongs to a character beyond ASCII that may have
 * begun in raw. What is not UTF-8 becomes one U+FFFD for each longest part that could have begun a
 * character. */
static const uint8_t *parser_utf8(VtParser *p, const uint8_t *b, const uint8_t *end) {
        unsigned length;
        uint32_t code;

        if (p->state != VT_UTF8) {
                p->raw[0] = *b++;
                p->n_raw = 1;
                p->state = VT_UTF8;
        }
        length = utf8_length(p->raw[0]);
        for (; p->n_raw < length && b < end; b++) {
                if (p->n_raw == 1 ? !utf8_second(p->raw[0], *b) : (*b & 0xc0) != 0x80) {
                        parser_character(p, 0xfffd);
                        return b;
                }
                p->raw[p->n_raw++] = *b;
        }
        if (p->n_raw < length)
                return b;
        switch (length) {
        case 2:
                code = (p->raw[0] & 0x1fU) << 6 | (p->raw[1] & 0x3fU);
                break;
        case 3:
                code = (p->raw[0] & 0x0fU) << 12 | (p->raw[1] & 0x3fU) << 6 | (p->raw[2] & 0x3fU);
                break;
        case 4:
                code = (p->raw[0] & 0x07U) << 18 | (p->raw[1] & 0x3fU) << 12 | (p->raw[2] & 0x3fU) << 6 |
                        (p->raw[3] & 0x3fU);
                break;
        default:
                code = 0xfffd;
        }
        parser_character(p, code);
        return b;
}

void vt_parser_feed(VtParser *p, const void *data, size_t size) {
        const uint8_t *b = data, *end = b + size;

        while (b < end) {
                uint8_t c = *b;

                if (p->state == VT_UTF8) {
                        b = parser_utf8(p, b, end);
                        continue;
                }
                if (p->state == VT_CSI_ENTRY || p->state == VT_CSI_PARAMETER) {
                        const uint8_t *rest = parser_csi(p, b, end);

                        if (rest > b) {
                                b = rest;
                                continue;
                        }
                }
                if (p->state != VT_GROUND) {
                        if (parser_step(p, c))
                                b++;
                        continue;
                }
                if (c >= 0x80)
                        b = parser_utf8(p, b, end);
                else if (c >= 0x20 && c != 0x7f)
                        b += p->handlers->text(p->userdata, b, (size_t) (end - b));
                else {
                        b++;
                        if (c == 0x1b)
                                parser_begin(p);
                        else if (c < 0x20 && c != 0x18 && c != 0x1a)
                                p->handlers->control(p->userdata, c);
                }
        }
}
