/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Is a terminal that came back the terminal that was there? For each recording, cut at many points, two
 * libvterm terminals are compared: A saw every byte up to the cut, B, a new one, saw only the picture that
 * our screen made of them. Compared are cells, cursor, what tells the modes, and the lines that scrolled
 * off; at the cut, then, since what is hidden there shows later, after the rest of the recording, and after
 * a probe that uses tab stops, margins, character sets, the saved cursor and the main screen.
 *
 * Usage: vterm-compare [--cuts=N] [--verbose] RECORDING...  Ends with 1 if anything differs. */

#include <getopt.h>
#include <stdarg.h>

#include "keeper/screen/screen.h"
#include "tests/oracle/emulator.h"
#include "tests/oracle/recording.h"

#define SHOWN_MAX 12U

static unsigned arg_cuts = 24;
static bool arg_verbose;

/* Why something differs. */
typedef enum Reason {
        REASON_NONE, /* it should not */
        REASON_LOOK,
        REASON_SAVES,
        REASON_TITLES,
        REASON_DOUBLES,
        REASON_WIDTHS,
        REASON_SIZE,
        REASON_EDGE,
        _REASON_MAX,
} Reason;

static const char *const reasons[_REASON_MAX] = {
        [REASON_NONE] = "not explained",
        [REASON_LOOK] = "libvterm restores the cursor's look with its place, xterm does not",
        [REASON_SAVES] = "libvterm has one saved cursor, xterm one for each screen",
        [REASON_TITLES] = "libvterm has no stack of titles",
        [REASON_DOUBLES] = "our screen has no lines of double size",
        [REASON_WIDTHS] = "libvterm has no DECCOLM, and saves no character sets with the cursor (vttest)",
        [REASON_SIZE] =
                "libvterm cuts an alternate screen that shrinks at its bottom, not at its top; cells beyond the edge",
        [REASON_EDGE] =
                "libvterm and xterm erase the last character of a full line with EL 0, VTE, kitty and we do not",
};

typedef struct Tally {
        size_t cells, compared_cells, cursors, modes, compared_modes, lines, compared_lines, comparisons;
} Tally;

typedef struct Comparison {
        const char *where;
        const Recording *recording;
        size_t seen;    /* of the recording */
        bool probed;    /* and then the probe */
        Tally *tallies; /* one for each reason; what was compared counts in that of REASON_NONE */
} Comparison;

static Tally total[_REASON_MAX];
static unsigned shown;

static const char probe[] = "\x1b[?2026l"
                            "P\xcc\x81\tT\x1b[2b\r\n\x0elqk\x0fx\n\n\tmargin\x1b[K\x1bM\x1bM"
                            "\x1b"
                            "8S\x1b[31mr\x1b[?1049lM\tN\x1b"
                            "8Q";

/* Counts one difference, and shows it if nothing explains it. */
static void differs(const Comparison *c, size_t offsetof_count, Reason reason, const char *format, ...)
        _printf_(4, 5);

static void differs(const Comparison *c, size_t offsetof_count, Reason reason, const char *format, ...) {
        Tally *t = c->tallies + reason;
        va_list list;

        ++*(size_t *) (void *) ((char *) t + offsetof_count);
        if (!arg_verbose && (reason != REASON_NONE || shown >= SHOWN_MAX))
                return;
        shown++;
        printf("  %s: ", c->where);
        va_start(list, format);
        (void) vprintf(format, list);
        va_end(list);
        printf("\n");
}

/* What explains that anything at all differs. */
static Reason reason_of(const Comparison *c) {
        const Recording *r = c->recording;

        if (c->seen >= r->doubles)
                return REASON_DOUBLES;
        if (c->seen >= r->widths)
                return REASON_WIDTHS;
        if (c->seen >= r->saves)
                return REASON_SAVES;
        for (size_t i = 1; i < r->n_sizes; i++)
                if (r->sizes[i].rows > 0 && r->sizes[i].offset <= c->seen)
                        return REASON_SIZE;
        return REASON_NONE;
}

/* Three characters of the DEC graphics set, which libvterm shows in another way. */
static bool is_variant(uint32_t x, uint32_t y) {
        return (x == '_' && y == 0xa0) || (x == 0x2a7d && y == 0x2264) || (x == 0x2a7e && y == 0x2265);
}

static bool cells_same(const VTermScreenCell *x, const VTermScreenCell *y) {
        VTermScreenCell other = *x;

        if (is_variant(x->chars[0], y->chars[0]))
                other.chars[0] = y->chars[0];
        return cells_look_same(&other, y);
}

static bool is_edge(int column, uint32_t n_columns, const VTermScreenCell *x, const VTermScreenCell *y) {
        return (uint32_t) column + 1 == n_columns && x->chars[0] == 0 && y->chars[0] != 0;
}

static void compare_cells(Emulator *a, Emulator *b, const Comparison *c) {
        VTermPos p;

        for (p.row = 0; p.row < (int) a->rows; p.row++)
                for (p.col = 0; p.col < (int) a->columns; p.col++) {
                        VTermScreenCell x, y;

                        (void) vterm_screen_get_cell(a->screen, p, &x);
                        (void) vterm_screen_get_cell(b->screen, p, &y);
                        c->tallies[REASON_NONE].compared_cells++;
                        if (!cells_same(&x, &y))
                                differs(c, offsetof(Tally, cells),
                                        is_edge(p.col, a->columns, &x, &y) ? REASON_EDGE : reason_of(c),
                                        "cell %d;%d: U+%04X bold %d reverse %d bg %d/%d, not U+%04X %d %d %d/%d",
                                        p.row, p.col, x.chars[0], x.attrs.bold, x.attrs.reverse, x.bg.type,
                                        x.bg.indexed.idx, y.chars[0], y.attrs.bold, y.attrs.reverse,
                                        y.bg.type, y.bg.indexed.idx);
                }
}

static void compare_lines(const Emulator *a, const Emulator *b, const Comparison *c) {
        if (a->n_lines != b->n_lines)
                differs(c, offsetof(Tally, lines), reason_of(c), "%zu lines scrolled off, not %zu",
                        a->n_lines, b->n_lines);
        for (size_t i = 0; i < MIN(a->n_lines, b->n_lines); i++) {
                const EmulatorLine *x = a->lines + a->n_lines - 1 - i, *y = b->lines + b->n_lines - 1 - i;
                bool same = true, edge = true;

                c->tallies[REASON_NONE].compared_lines++;
                for (uint32_t k = 0; k < MIN(x->n, y->n); k++)
                        if (!cells_same(x->cells + k, y->cells + k)) {
                                same = false;
                                edge = edge && is_edge((int) k, x->n, x->cells + k, y->cells + k);
                        }
                if (!same)
                        differs(c, offsetof(Tally, lines), edge ? REASON_EDGE : reason_of(c),
                                "line %zu above the screen differs", i + 1);
        }
}

static Reason reason_of_mode(const Comparison *c, const char *mode) {
        static const char *const look[] = {
                "cursor visible=", "cursor blinks=", "cursor shape=", "cursor style=", "?12=", "?25="
        };

        if (c->probed || c->seen >= c->recording->restores)
                for (size_t i = 0; i < ELEMENTSOF(look); i++)
                        if (startswith(mode, look[i]))
                                return REASON_LOOK;
        if (c->seen >= c->recording->titles && (startswith(mode, "title=") || startswith(mode, "icon=")))
                return REASON_TITLES;
        return reason_of(c);
}

static void compare_modes(Emulator *a, Emulator *b, const Comparison *c) {
        _cleanup_free_ char *first = NULL, *second = NULL;
        char *p, *q, *rest_p, *rest_q;
        size_t size;
        FILE *f;

        f = open_memstream(&first, &size);
        emulator_write_modes(a, f);
        (void) fclose(f);
        f = open_memstream(&second, &size);
        emulator_write_modes(b, f);
        (void) fclose(f);
        p = strtok_r(first, "\n", &rest_p);
        q = strtok_r(second, "\n", &rest_q);
        for (; p && q; p = strtok_r(NULL, "\n", &rest_p), q = strtok_r(NULL, "\n", &rest_q)) {
                bool is_cursor = startswith(p, "cursor=") || startswith(p, "cursor report=");

                c->tallies[REASON_NONE].compared_modes++;
                if (!streq(p, q))
                        differs(c, is_cursor ? offsetof(Tally, cursors) : offsetof(Tally, modes),
                                reason_of_mode(c, p), "%s, not %s", p, q);
        }
}

static void compare(Emulator *a, Emulator *b, bool at_ground, const Comparison *c) {
        c->tallies[REASON_NONE].comparisons++;
        compare_cells(a, b, c);
        compare_lines(a, b, c);
        if (at_ground)
                compare_modes(a, b, c);
}

/* The size at an offset. A change of size right there has happened. */
static RecordingSize size_at(const Recording *r, size_t offset) {
        RecordingSize s = r->sizes[0];

        for (size_t i = 1; i < r->n_sizes && r->sizes[i].offset <= offset; i++)
                if (r->sizes[i].rows > 0)
                        s = r->sizes[i];
        return s;
}

/* Feeds [from, to) to whichever of the terminals is given. */
static void play(const Recording *r, size_t from, size_t to, Emulator *e, Screen *s) {
        for (size_t i = 0; i <= r->n_sizes; i++) {
                size_t end = i < r->n_sizes ? MIN(r->sizes[i].offset, to) : to;

                if (end > from) {
                        if (e)
                                emulator_feed(e, r->data + from, end - from);
                        if (s)
                                screen_feed(s, r->data + from, end - from);
                        from = end;
                }
                if (i == r->n_sizes || r->sizes[i].offset < from || r->sizes[i].offset > to)
                        continue;
                if (r->sizes[i].rows == 0) {
                        if (e)
                                emulator_forget_lines(e);
                        continue;
                }
                if (e && (e->rows != r->sizes[i].rows || e->columns != r->sizes[i].columns))
                        emulator_resize(e, r->sizes[i].rows, r->sizes[i].columns);
                if (s)
                        (void) screen_resize(s, r->sizes[i].rows, r->sizes[i].columns);
        }
}

static Emulator *restored(const Screen *s) {
        Emulator *e = emulator_new(screen_rows(s), screen_columns(s));
        ByteQueue picture = { .max = 256U * 1024U * 1024U };

        if (screen_paint(s, UINT32_MAX, &picture) < 0)
                abort();
        emulator_feed(e, picture.data, picture.size);
        byte_queue_clear(&picture);
        e->n_output = 0;
        return e;
}

static void compare_at(const Recording *r, const char *name, size_t cut, Tally *tallies) {
        _cleanup_screen_ Screen *s = NULL;
        const uint8_t *pending;
        RecordingSize size = size_at(r, cut);
        bool at_ground;
        char where[256];

        if (screen_new(r->sizes[0].rows, r->sizes[0].columns, SCREEN_SCROLLBACK_LINES, &s) < 0)
                abort();
        play(r, 0, cut, NULL, s);
        at_ground = screen_pending(s, &pending) == 0;
        for (unsigned phase = 0; phase < (at_ground ? 3U : 2U); phase++) {
                _cleanup_emulator_ Emulator *a = emulator_new(r->sizes[0].rows, r->sizes[0].columns);
                _cleanup_emulator_ Emulator *b = NULL;
                static const char *const phases[] = { "at the cut", "after the rest", "after the probe" };

                play(r, 0, cut, a, NULL);
                b = restored(s);
                if (a->rows != size.rows || b->rows != size.rows)
                        abort();
                if (phase == 1) {
                        play(r, cut, r->size, a, NULL);
                        play(r, cut, r->size, b, NULL);
                } else if (phase == 2) {
                        emulator_feed(a, probe, sizeof(probe) - 1);
                        emulator_feed(b, probe, sizeof(probe) - 1);
                }
                (void) snprintf(
                        where, sizeof(where), "%s, %zu of %zu, %s", name, cut, r->size, phases[phase]);
                compare(a, b, phase > 0 || at_ground,
                        &(const Comparison){ .where = where,
                                .recording = r,
                                .seen = phase == 1 ? r->size : cut,
                                .probed = phase == 2,
                                .tallies = tallies });
        }
}

static void add(Tally *to, const Tally *t) {
        to->cells += t->cells;
        to->compared_cells += t->compared_cells;
        to->cursors += t->cursors;
        to->modes += t->modes;
        to->compared_modes += t->compared_modes;
        to->lines += t->lines;
        to->compared_lines += t->compared_lines;
        to->comparisons += t->comparisons;
}

static void print_tally(const char *name, const Tally *t) {
        printf("%-24s %5zu comparisons  cells %zu/%zu  cursors %zu  modes %zu/%zu  lines %zu/%zu\n", name,
                t->comparisons, t->cells, t->compared_cells, t->cursors, t->modes, t->compared_modes,
                t->lines, t->compared_lines);
        (void) fflush(stdout);
}

static size_t differences(const Tally *t) {
        return t->cells + t->cursors + t->modes + t->lines;
}

static void print_reasons(void) {
        for (Reason reason = REASON_NONE + 1; reason < _REASON_MAX; reason++) {
                const Tally *t = total + reason;

                printf("explained: %s: cells %zu, cursors %zu, modes %zu, lines %zu\n", reasons[reason],
                        t->cells, t->cursors, t->modes, t->lines);
        }
        print_tally("all, not explained", total + REASON_NONE);
}

/* Cuts at even distances, which mostly fall into the middle of something, at each change of size, and at the
 * end. */
static int compare_recording(const char *path) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        Recording r;
        Tally tallies[_REASON_MAX] = { 0 };
        int k;

        k = recording_load(path, &r);
        if (k < 0) {
                fprintf(stderr, "%s: %s\n", path, strerror(-k));
                return k;
        }
        for (unsigned i = 1; i <= arg_cuts; i++)
                compare_at(&r, name, r.size * i / arg_cuts, tallies);
        for (size_t i = 1; i < r.n_sizes; i++)
                compare_at(&r, name, r.sizes[i].offset, tallies);
        recording_done(&r);
        print_tally(name, tallies);
        for (Reason reason = 0; reason < _REASON_MAX; reason++)
                add(total + reason, tallies + reason);
        return 0;
}

int main(int argc, char **argv) {
        static const struct option options[] = {
                { "cuts", required_argument, NULL, 'c' },
                { "verbose", no_argument, NULL, 'v' },
                { 0 },
        };
        int c;

        while ((c = getopt_long(argc, argv, "c:v", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        arg_cuts = (unsigned) MAX(atoi(optarg), 1);
                        break;
                case 'v':
                        arg_verbose = true;
                        break;
                default:
                        return EXIT_FAILURE;
                }
        for (; optind < argc; optind++) {
                shown = 0;
                if (compare_recording(argv[optind]) < 0)
                        return EXIT_FAILURE;
        }
        print_reasons();
        return total[REASON_NONE].comparisons > 0 && differences(total + REASON_NONE) == 0 ? EXIT_SUCCESS
                                                                                           : EXIT_FAILURE;
}
