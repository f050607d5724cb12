/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Divides what a program prints among those who look.
 *
 *        +--------------------- last byte --------------------+
 *        v                                                    |
 *      TEXT --ESC--> ESCAPE --[--> CSI -----------------------+
 *       | ^            '--] P X ^ _--> STRING --BEL or ST-----+
 *      HIGH: 0xc2                        '--ESC--> STRING_ESC-+
 *
 * The grammar is that of vt-parser.c, so that a terminal gets what our screen acts on. What is passed on
 * lies in the data that came, as long as nothing is left out: neighbours are put together, and most of the
 * time all of it is one piece. Only what began in earlier data, or has something left out in the middle, is
 * collected in held. */

#include "keeper/terminal/output-filter.h"

typedef struct Feed {
        OutputFilter *f;
        ViewerSet present;
        OutputSink sink;
        void *userdata;
        const uint8_t *begin; /* of the sequence, in this data; NULL: it is in held */
        const uint8_t *run;   /* what goes on next, not given to sink yet */
        size_t run_size;
        ViewerSet run_viewers;
} Feed;

static void flush(Feed *d) {
        if (d->run_size > 0)
                d->sink(d->userdata, d->run_viewers, d->run, d->run_size);
        d->run_size = 0;
}

/* Passes on bytes of this data, which stay where they are. */
static void pass(Feed *d, ViewerSet viewers, const uint8_t *data, size_t size) {
        viewers &= d->present;
        if (viewers == VIEWERS_NONE || size == 0)
                return;
        if (d->run_size > 0 && d->run_viewers == viewers && d->run + d->run_size == data) {
                d->run_size += size;
                return;
        }
        flush(d);
        d->run = data;
        d->run_size = size;
        d->run_viewers = viewers;
}

/* The same of others. */
static void pass_now(Feed *d, ViewerSet viewers, const void *data, size_t size) {
        pass(d, viewers, data, size);
        flush(d);
}

static void hold(OutputFilter *f, uint8_t c) {
        if (f->n_held < OUTPUT_HELD_MAX)
                f->held[f->n_held++] = c;
}

/* From now on the sequence is collected; what there is of it ends at end. A string that goes on as it comes
 * goes on, but for a last 0xc2, which may turn out to be half of its end. */
static void collect(Feed *d, const uint8_t *end) {
        const uint8_t *p = d->begin;

        if (!p)
                return;
        if (d->f->decided) {
                p = end > p && end[-1] == 0xc2 ? end - 1 : end;
                pass_now(d, d->f->viewers, d->begin, (size_t) (p - d->begin));
        }
        for (; p < end; p++)
                hold(d->f, *p);
        d->begin = NULL;
}

static size_t length(const Feed *d, const uint8_t *at) {
        return d->begin ? (size_t) (at - d->begin) : d->f->n_held;
}

static void begin(Feed *d, const uint8_t *at) {
        d->f->state = OUTPUT_ESCAPE;
        d->f->n_held = 0;
        d->f->decided = false;
        d->f->last = 0;
        d->begin = at;
}

/* Modes: one sequence each, since some may go where others may not. */
static void pass_modes(Feed *d, const uint8_t *sequence, size_t size) {
        uint8_t one[32] = "\x1b[?";
        size_t n = 3;

        flush(d);
        for (size_t i = 3; i < size - 1; i++)
                if (sequence[i] < 0x30 || sequence[i] > 0x3b)
                        return; /* not well-formed */
        for (size_t i = 3; i < size; i++) {
                if (i + 1 < size && sequence[i] != ';') {
                        if (n < sizeof(one) - 1)
                                one[n++] = sequence[i];
                        continue;
                }
                one[n++] = sequence[size - 1];
                pass_now(d, output_policy_sequence(one, n), one, n);
                n = 3;
        }
}

/* The sequence is complete, with the byte before next. */
static void end_sequence(Feed *d, const uint8_t *next) {
        OutputFilter *f = d->f;
        const uint8_t *sequence = d->begin ? d->begin : f->held;
        size_t size = length(d, next);
        bool modes = f->state == OUTPUT_CSI && sequence[2] == '?' && strchr("hlsr", sequence[size - 1]);

        f->state = OUTPUT_TEXT;
        if (size >= OUTPUT_HELD_MAX)
                return;
        if (modes && memchr(sequence, ';', size))
                pass_modes(d, sequence, size);
        else if (d->begin)
                pass(d, output_policy_sequence(sequence, size), sequence, size);
        else
                pass_now(d, output_policy_sequence(sequence, size), sequence, size);
}

/* Looks at what there is of a string. */
static void decide(Feed *d, const uint8_t *at, bool complete) {
        OutputFilter *f = d->f;
        const uint8_t *sequence = d->begin ? d->begin : f->held;

        f->viewers = output_policy_string(f->kind, sequence + 2, length(d, at) - 2, complete);
        f->decided = true;
}

/* The string is complete: with the bytes before text_end, and an end of its own that reaches up to next. */
static void end_string(Feed *d, const uint8_t *text_end, const uint8_t *next, const char *end) {
        OutputFilter *f = d->f;

        if (!f->decided)
                decide(d, text_end, true);
        f->state = OUTPUT_TEXT;
        if (d->begin && next) {
                pass(d, f->viewers, d->begin, (size_t) (next - d->begin));
                return;
        }
        if (d->begin)
                pass_now(d, f->viewers, d->begin, (size_t) (text_end - d->begin));
        else
                pass_now(d, f->viewers, f->held, f->n_held);
        pass_now(d, f->viewers, end, strlen(end));
}

/* A byte of a string that is part of its text. */
static void string_byte(Feed *d, const uint8_t *p) {
        OutputFilter *f = d->f;

        f->last = *p;
        if (d->begin) {
                if (length(d, p + 1) < OUTPUT_HELD_MAX)
                        return;
                /* Long: it goes on as it comes, or nowhere. */
                if (!f->decided)
                        decide(d, p + 1, false);
                return;
        }
        if (f->n_held == OUTPUT_HELD_MAX) {
                pass_now(d, f->viewers, f->held, f->n_held);
                f->n_held = 0;
        }
        hold(f, *p);
        if (!f->decided && f->n_held == OUTPUT_HELD_MAX)
                decide(d, NULL, false);
}

static const uint8_t *step_string(Feed *d, const uint8_t *p) {
        OutputFilter *f = d->f;
        uint8_t c = *p;

        if (c == 0x1b) {
                f->state = OUTPUT_STRING_ESC;
                return p + 1;
        }
        if (c == 0x18 || c == 0x1a) { /* CAN, SUB: given up, also by those who have its beginning */
                f->state = OUTPUT_TEXT;
                if (f->decided && !d->begin)
                        pass_now(d, f->viewers, "\x18", 1);
                return p + 1;
        }
        if (c == 0x07 && f->kind == ']') {
                end_string(d, p, d->begin ? p + 1 : NULL, "\a");
                return p + 1;
        }
        if (c == 0x9c && f->last == 0xc2) { /* ST as a character */
                if (d->begin)
                        end_string(d, p - 1, NULL, "\x1b\\");
                else {
                        f->n_held = (uint16_t) (f->n_held - (f->n_held > 0));
                        end_string(d, NULL, NULL, "\x1b\\");
                }
                return p + 1;
        }
        if (f->kind == ']' && (c < 0x20 || c == 0x7f)) { /* means nothing there */
                collect(d, p);
                return p + 1;
        }
        string_byte(d, p);
        return p + 1;
}

static const uint8_t *step_string_end(Feed *d, const uint8_t *p) {
        /* With its beginning, the ESC is in this data, too. */
        const uint8_t *escape = d->begin ? p - 1 : NULL;

        if (*p == '\\') {
                end_string(d, escape, d->begin ? p + 1 : NULL, "\x1b\\");
                return p + 1;
        }
        end_string(d, escape, NULL, "\x1b\\");
        begin(d, escape);
        if (!escape)
                hold(d->f, 0x1b);
        return p;
}

/* A byte in ESCAPE or CSI that is a part of no sequence. Returns what is to be looked at next. */
static const uint8_t *interrupt(Feed *d, const uint8_t *p) {
        OutputFilter *f = d->f;

        if (*p == 0x1b) {
                begin(d, p);
                return p + 1;
        }
        if (*p >= 0x80 || *p == 0x18 || *p == 0x1a) {
                f->state = OUTPUT_TEXT;
                return *p >= 0x80 ? p : p + 1;
        }
        /* A control in the middle counts as if it came before. */
        collect(d, p);
        if (*p != 0x05 && *p != 0x7f)
                pass_now(d, VIEWERS_ALL, p, 1);
        return p + 1;
}

static const uint8_t *step_escape(Feed *d, const uint8_t *p) {
        OutputFilter *f = d->f;
        bool first = length(d, p) == 1;

        if (*p < 0x20 || *p >= 0x7f)
                return interrupt(d, p);
        if (!d->begin)
                hold(f, *p);
        if (first && *p == '[')
                f->state = OUTPUT_CSI;
        else if (first && strchr("]PX^_", *p)) {
                f->state = OUTPUT_STRING;
                f->kind = *p;
        } else if (*p >= 0x30)
                end_sequence(d, p + 1);
        return p + 1;
}

static const uint8_t *step_csi(Feed *d, const uint8_t *p, const uint8_t *end) {
        /* Parameters in a row. */
        if (d->begin)
                while (p < end && *p >= 0x20 && *p < 0x40)
                        p++;
        if (p == end)
                return p;
        if (*p < 0x20 || *p >= 0x7f)
                return interrupt(d, p);
        if (!d->begin)
                hold(d->f, *p);
        if (*p >= 0x40)
                end_sequence(d, p + 1);
        return p + 1;
}

/* One more byte, or some, of anything but text. Returns where to go on. */
static const uint8_t *step(Feed *d, const uint8_t *p, const uint8_t *end) {
        switch (d->f->state) {
        case OUTPUT_ESCAPE:
                return step_escape(d, p);
        case OUTPUT_CSI:
                return step_csi(d, p, end);
        case OUTPUT_STRING:
                return step_string(d, p);
        case OUTPUT_STRING_ESC:
                return step_string_end(d, p);
        default:
                return p;
        }
}

/* Where the next byte is, if there is one before end; end if not. */
static const uint8_t *find(const uint8_t *p, const uint8_t *end, int c) {
        const uint8_t *found = p < end ? memchr(p, c, (size_t) (end - p)) : NULL;

        return found ? found : end;
}

/* The bytes that text ends at: ESC, ENQ, which is a question, and 0xc2, which may begin a control of two
 * bytes. Each is looked for only once its last place was passed. */
typedef struct Landmarks {
        const uint8_t *escape, *enquiry, *high;
} Landmarks;

static const uint8_t *next_landmark(Landmarks *l, const uint8_t *p, const uint8_t *end) {
        const uint8_t *next;

        if (l->escape < p)
                l->escape = find(p, end, 0x1b);
        if (l->enquiry < p)
                l->enquiry = find(p, end, 0x05);
        if (l->high < p)
                l->high = find(p, end, 0xc2);
        next = MIN(l->escape, l->enquiry);
        return MIN(next, l->high);
}

static const uint8_t *step_text(Feed *d, const uint8_t *p, const uint8_t *end, Landmarks *landmarks) {
        const uint8_t *next = next_landmark(landmarks, p, end);

        pass(d, VIEWERS_ALL, p, (size_t) (next - p));
        if (next == end)
                return end;
        if (*next == 0x1b)
                begin(d, next);
        else if (*next == 0xc2)
                d->f->state = OUTPUT_HIGH;
        return next + 1;
}

/* A control of two bytes is what it stands for: ESC and a letter. */
static void begin_c1(Feed *d, uint8_t c) {
        uint8_t letter = (uint8_t) (c - 0x40);

        begin(d, NULL);
        hold(d->f, 0x1b);
        (void) step_escape(d, &letter);
}

static const uint8_t *step_high(Feed *d, const uint8_t *p, const uint8_t *data) {
        d->f->state = OUTPUT_TEXT;
        if (*p >= 0x80 && *p < 0xa0) {
                begin_c1(d, *p);
                return p + 1;
        }
        if (*p >= 0xc0 || *p < 0x80) {
                /* No character. As it is, it would make a control of what comes behind a sequence that is
                 * left out. */
                pass_now(d, VIEWERS_ALL, "\xef\xbf\xbd", 3);
                return p;
        }
        if (p > data)
                pass(d, VIEWERS_ALL, p - 1, 1);
        else
                pass_now(d, VIEWERS_ALL, "\xc2", 1);
        return p;
}

/* The data ends, maybe in the middle of a sequence. */
static void end_feed(Feed *d, const uint8_t *end) {
        OutputFilter *f = d->f;
        uint16_t half = f->last == 0xc2;

        if (f->state == OUTPUT_TEXT || f->state == OUTPUT_HIGH)
                return;
        if (d->begin)
                collect(d, end - (f->state == OUTPUT_STRING_ESC));
        else if (f->decided && f->n_held > half) {
                pass_now(d, f->viewers, f->held, (size_t) (f->n_held - half));
                f->held[0] = 0xc2;
                f->n_held = half;
        }
}

void output_filter_feed(OutputFilter *f, ViewerSet present, const uint8_t *data, size_t size,
        OutputSink sink, void *userdata) {
        Feed d = { .f = f, .present = present, .sink = sink, .userdata = userdata };
        const uint8_t *p = data, *end;
        Landmarks landmarks;

        if (size == 0)
                return;
        end = data + size;
        landmarks = (Landmarks){ find(p, end, 0x1b), find(p, end, 0x05), find(p, end, 0xc2) };
        while (p < end)
                if (f->state == OUTPUT_TEXT)
                        p = step_text(&d, p, end, &landmarks);
                else if (f->state == OUTPUT_HIGH)
                        p = step_high(&d, p, data);
                else
                        p = step(&d, p, end);
        end_feed(&d, end);
        flush(&d);
}

void output_filter_init(OutputFilter *f, const uint8_t *pending, size_t size) {
        f->state = OUTPUT_TEXT;
        f->n_held = 0;
        f->decided = false;
        f->last = 0;
        output_filter_feed(f, VIEWERS_NONE, pending, size, NULL, NULL);
}

const char *output_filter_opening(const OutputFilter *f, Viewer viewer) {
        if ((f->state != OUTPUT_STRING && f->state != OUTPUT_STRING_ESC) || !f->decided ||
                !(f->viewers & VIEWER_BIT(viewer)))
                return "";
        return f->kind == ']' ? "\x1b]9999;" : "\x1b^";
}
