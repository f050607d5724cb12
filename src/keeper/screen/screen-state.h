/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a screen is made of, for the files screen-*.c. Everybody else uses screen.h. */

#include "keeper/screen/answers.h"
#include "keeper/screen/cluster.h"
#include "keeper/screen/grid.h"
#include "keeper/screen/links.h"
#include "keeper/screen/pointer.h"
#include "keeper/screen/progress.h"
#include "keeper/screen/screen.h"
#include "keeper/screen/scrollback.h"
#include "keeper/screen/titles.h"
#include "keeper/vt/charset.h"
#include "keeper/vt/color-spec.h"
#include "keeper/vt/palette.h"
#include "keeper/vt/vt-parser.h"

#define KITTY_STACK_MAX     8U
#define KEY_RESOURCES_MAX   8U
#define KEY_RESOURCE_UNSAID (-1)
#define COLORS_FIRST        10U /* OSC 10, 11, 12: text, background, cursor */
#define COLORS_ASKED        3U

/* Modes that are on or off. The order is that of the table in screen-modes.c. */
typedef enum Mode {
        MODE_INSERT,
        MODE_NEWLINE,
        MODE_CURSOR_KEYS,
        MODE_REVERSE_VIDEO,
        MODE_AUTOWRAP,
        MODE_AUTOREPEAT,
        MODE_BLINK,
        MODE_VISIBLE,
        MODE_ALLOW_132,
        MODE_REVERSE_WRAP,
        MODE_KEYPAD,
        MODE_BACKARROW,
        MODE_MARGINS,
        MODE_FOCUS,
        MODE_ALTERNATE_SCROLL,
        MODE_META_8BIT,
        MODE_NUMLOCK,
        MODE_META_ESCAPE,
        MODE_ALT_ESCAPE,
        MODE_BRACKETED_PASTE,
        MODE_SYNCHRONIZED,
        MODE_COLOR_REPORTS,
        MODE_SIZE_REPORTS,
        MODE_PASTE_EVENTS,
        MODE_WIN32_KEYS,
        _MODE_MAX,
} Mode;

/* What DECSC saves. */
typedef struct Cursor {
        uint32_t row, column;
        Style pen;
        Charset sets[4]; /* G0 to G3 */
        uint8_t left;    /* which of them is in GL */
        bool origin;     /* DECOM */
} Cursor;

/* kitty's keyboard protocol: flags, and those that were pushed before. */
typedef struct KittyKeys {
        uint8_t n;
        uint8_t flags[KITTY_STACK_MAX + 1]; /* the last, [n], are those in force */
        bool touched;
} KittyKeys;

/* A colour of the terminal of whoever looks, or looked last. */
typedef struct TerminalColor {
        bool known;
        ColorSpec color;
} TerminalColor;

enum {
        MAIN,
        ALTERNATE,
};

struct Screen {
        VtParser parser;
        uint32_t rows, columns;

        Grid grids[2]; /* that of the alternate screen has no rows while it is not shown */
        Grid *grid;    /* the one that is shown */
        ClusterTable clusters;
        LinkTable *links; /* own_links, or those of the screen that this one reads lines for */
        LinkTable own_links;
        size_t budget; /* of the grids */
        Scrollback scrollback;
        TextWriter line; /* scratch */

        Cursor cursor;
        bool pending_wrap;
        uint8_t single_shift; /* 2, 3: the next character is from G2, G3 */
        Cursor saved[2];
        bool alternate_saved;              /* saved[ALTERNATE] was ever saved */
        uint32_t top, bottom, left, right; /* margins: [top, bottom), [left, right) */

        uint32_t modes;   /* 1 << Mode */
        uint32_t touched; /* modes that the program ever set or reset */
        uint32_t kept;    /* by XTSAVE */
        uint16_t mouse;   /* mode that is set, or 0: 9, 1000, 1002, 1003 */
        uint16_t mouse_encoding;
        int8_t shape; /* DECSCUSR; -1: never said */
        int8_t key_resources[KEY_RESOURCES_MAX];
        KittyKeys keys[2];

        uint8_t *tabs; /* one bit for each column */
        bool tabs_touched;

        Palette palette;
        Titles titles;
        Pointer pointers[2];
        Progress progress;

        Answers answers;
        TerminalColor terminal_colors[COLORS_ASKED];
};

static inline bool screen_has(const Screen *s, Mode mode) {
        return s->modes & (1U << mode);
}

/* The background that erased cells get (back colour erase). */
static inline Style screen_blank(const Screen *s) {
        return (Style){ .background = s->cursor.pen.background };
}

/* Where the line ends for a cursor at column. */
static inline uint32_t screen_limit(const Screen *s) {
        return s->cursor.column < s->right ? s->right : s->columns;
}

/* The pen without its link; what changes it must keep the link. */
static inline Style screen_pen(const Screen *s) {
        return link_plain(s->links, &s->cursor.pen);
}

static inline void screen_set_pen(Screen *s, const Style *plain) {
        link_restyle(s->links, s->grids, ELEMENTSOF(s->grids), &s->cursor.pen, plain);
}

/* screen.c */
extern const Cursor screen_home; /* of a terminal that was just switched on */
void screen_reset(Screen *s, bool hard);

/* screen-print.c */
size_t screen_print_text(void *userdata, const uint8_t *data, size_t size);
void screen_print_character(void *userdata, uint32_t code);
void screen_repeat(Screen *s, uint32_t n);
size_t screen_ascii_run(
        const uint8_t *data, size_t size); /* how many of the first bytes are printable ASCII */
bool screen_prints_ascii(const Screen *s); /* as it is, and over what is there */

/* screen-flood.c: feeds the beginning of data if there is much; returns how much of it was fed */
size_t screen_pass_lines(Screen *s, const uint8_t *data, size_t size);

/* screen-cursor.c: all of these end a pending wrap */
void screen_move(Screen *s, int64_t row, int64_t column);      /* absolute, within the screen */
void screen_move_to(Screen *s, int64_t row, int64_t column);   /* as CUP: by origin mode, and within it */
void screen_move_by(Screen *s, int64_t rows, int64_t columns); /* as CUU: margins stop it */
void screen_index(Screen *s);                                  /* down, scrolls at the margin */
void screen_reverse_index(Screen *s);
void screen_save_cursor(Screen *s);
void screen_restore_cursor(Screen *s);
void screen_set_margins(Screen *s, uint32_t top, uint32_t bottom);      /* DECSTBM, from 1 */
void screen_set_side_margins(Screen *s, uint32_t left, uint32_t right); /* DECSLRM, from 1 */
void screen_tab(Screen *s, int32_t n);                                  /* forward, or back if negative */
void screen_set_tab(Screen *s, uint32_t column, bool set);
bool screen_has_tab(const Screen *s, uint32_t column);
int screen_resize_tabs(Screen *s, uint32_t columns);
void screen_reset_tabs(Screen *s);

/* screen-edit.c */
void screen_scroll(
        Screen *s, int64_t n); /* within the margins, up if n > 0; lines that leave the top are kept */
void screen_erase_display(Screen *s, int32_t what, bool selective);
void screen_erase_line(Screen *s, int32_t what, bool selective);
void screen_erase_characters(Screen *s, uint32_t n);
void screen_shift_characters(Screen *s, int64_t n); /* ICH, or DCH if negative */
void screen_shift_lines(Screen *s, int64_t n);      /* DL, or IL if negative */
void screen_shift_columns(Screen *s, uint32_t column, int64_t n);
void screen_align(Screen *s);                   /* DECALN */
bool screen_push_line(Screen *s, uint32_t row); /* into the scrollback; does its text go on below it? */

/* screen-modes.c */
void screen_control_modes(Screen *s, const VtSequence *q, bool set);
void screen_keep_modes(Screen *s, const VtSequence *q, bool restore);
void screen_set_mode(Screen *s, Mode mode, bool on);
void screen_reset_modes(Screen *s, bool hard);
unsigned screen_mode_report(const Screen *s, bool private, unsigned number); /* as DECRPM */
bool screen_mode_is_offered(
        bool private, unsigned number); /* what is not is only kept for terminals that have it */
void screen_write_modes(const Screen *s, TextWriter *w);

/* screen-alternate.c */
int screen_show_alternate(Screen *s, bool show);

/* screen-keys.c */
void screen_key_resource(Screen *s, const VtSequence *q);
void screen_answer_keys(Screen *s, const VtSequence *q); /* XTQMODKEYS, and kitty's CSI ? u */
void screen_kitty_keys(Screen *s, const VtSequence *q);
void screen_reset_keys(Screen *s);
void screen_write_key_resources(const Screen *s, TextWriter *w);
void screen_write_kitty_keys(const KittyKeys *k, TextWriter *w);

/* screen-csi.c, screen-control.c, screen-osc.c, screen-settings.c: handlers of the parser */
void screen_control(void *userdata, uint8_t code);
void screen_escape(void *userdata, const VtSequence *q);
void screen_csi(void *userdata, const VtSequence *q);
void screen_osc(void *userdata, const char *text, size_t size, bool bell);
void screen_string(void *userdata, char kind, const char *text, size_t size);

/* screen-answers.c */
void screen_answer(Screen *s, const char *format, ...) _printf_(2, 3); /* at most 255 bytes */
void screen_answer_attributes(Screen *s, const VtSequence *q);
void screen_answer_version(Screen *s, const VtSequence *q);
void screen_answer_status(Screen *s, const VtSequence *q);
void screen_answer_mode(Screen *s, const VtSequence *q);
void screen_answer_window(Screen *s, const VtSequence *q);
void screen_answer_refusal(Screen *s, const VtSequence *q);
void screen_report_size(Screen *s);

/* screen-colors.c: of OSC number;text */
void screen_answer_colors(Screen *s, unsigned number, const char *text, size_t size, bool bell);
bool screen_is_light(const Screen *s);
