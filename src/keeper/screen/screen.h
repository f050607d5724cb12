/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a terminal shows, made from the bytes that a program prints, and the bytes that make another terminal
 * show and do the same. Pure: no I/O, no clock.
 *
 * The terminal is xterm as its ctlseqs describe it, in UTF-8 mode. What is remembered, and so comes back:
 * - cells with all attributes, the main screen beneath the alternate one, lines that scrolled off the main
 *   screen, and which lines are one line that wrapped;
 * - cursor with pending wrap, pen, character sets, single shift; saved cursor of each screen; shape,
 *   visibility;
 * - margins, tab stops, all modes of screen-modes.c, modifyOtherKeys and kitty's keyboard flags;
 * - titles and their stack, working directory (OSC 7), changed colours, the pointer's shape
 *   (OSC 22), progress (OSC 9;4);
 * - hyperlinks (OSC 8);
 * - a sequence or character that has only half arrived.
 * What is not: double-size lines, pictures (sixel), the alternate screen once it is left,
 * values saved by XTSAVE, and a pending wrap in a saved cursor.
 *
 * On a change of width lines are not wrapped anew. Cells beyond the right edge are kept, and seen again when
 * the screen grows, until their line is written to. */

#include "keeper/store/byte-queue.h"
#include "keeper/vt/color-spec.h"
#include "shared/macros.h"

#define SCREEN_ROWS_MAX    65535U
#define SCREEN_COLUMNS_MAX 65535U

/* Of cells that something was written into, on both screens together, 16 bytes each. What would need more is
 * not kept; only screens far beyond what can be seen at once do. */
#define SCREEN_CELLS_MAX (2U * 1024U * 1024U)

#define SCREEN_SCROLLBACK_LINES 10000U
#define SCREEN_SCROLLBACK_BYTES (8U * 1024U * 1024U)

typedef struct Screen Screen;

/* scrollback: lines that are kept, at most SCREEN_SCROLLBACK_BYTES of them. -ERANGE: no such size. */
int screen_new(uint32_t rows, uint32_t columns, uint32_t scrollback, Screen **ret);
Screen *screen_free(Screen *s);

/* The program printed. Without memory, part of what it printed is not kept. */
void screen_feed(Screen *s, const void *data, size_t size);

/* The terminal's size changed. When rows are taken, empty ones below the cursor go first, then those at the
 * top, into the scrollback; when rows are added, lines come back from it. -ERANGE: no such size; -ENOMEM:
 * the size is what it was. */
int screen_resize(Screen *s, uint32_t rows, uint32_t columns);

/* Appends the picture to out, all or nothing: what makes a terminal of the same size, that was in whatever
 * state, show and do what this one does, and then stand in the middle of the same sequence, so that the
 * program's next bytes go on from there. scrollback: so many of the newest lines scroll off its top first.
 *
 * Fed into a new screen with the same size and limits, a picture with all lines makes an equal screen, whose
 * picture is the same byte for byte, but for cells beyond the right edge; lines of the scrollback that are
 * wider than the screen come back as several. 0, -ENOBUFS, -ENOMEM. */
int screen_paint(const Screen *s, uint32_t scrollback, ByteQueue *out);

/* The part of a sequence or character that came last and is not complete; the picture ends with it. Valid
 * until the next screen_feed(). */
size_t screen_pending(const Screen *s, const uint8_t **ret);

typedef enum ScreenTextFlags {
        SCREEN_TEXT_STYLES = 1 << 0, /* with SGR sequences; each line begins and ends with the default */
        SCREEN_TEXT_JOIN = 1 << 1,   /* lines that wrapped become one again */
} ScreenTextFlags;

/* Appends what the screen shows as lines that end in "\n", in UTF-8, without control characters, without
 * empty lines at the end; before them the newest lines of the scrollback. 0, -ENOBUFS, -ENOMEM. */
int screen_text(const Screen *s, uint32_t scrollback, ScreenTextFlags flags, ByteQueue *out);

typedef struct ScreenCursor {
        uint32_t row, column; /* from 0; with a pending wrap, column is the last */
        bool visible;
} ScreenCursor;

uint32_t screen_rows(const Screen *s);
uint32_t screen_columns(const Screen *s);
ScreenCursor screen_cursor(const Screen *s);
uint32_t screen_scrollback(const Screen *s); /* lines in it */
bool screen_is_alternate(const Screen *s);

/* Is a mode of DEC (private) or ANSI set? Also 47, 1047, 1049 and those of the mouse. -ENOENT: no such mode
 * is known. */
int screen_mode(const Screen *s, bool private, unsigned number);

/* What the program says: UTF-8 without control characters; NULL: nothing. The directory is the URL of OSC 7.
 * The text is the screen's, until the next screen_feed(). */
const char *screen_title(const Screen *s);
const char *screen_directory(const Screen *s);

/* Changes with each change of what screen_title() or screen_directory() return. */
uint32_t screen_title_serial(const Screen *s);

/* Answers to what the program asks the terminal, for it to read; docs/terminals.md has the table. Each is
 * given once, so no terminal that shows this may see the question. Moves at most size bytes into buffer;
 * returns how many. */
size_t screen_take_answers(Screen *s, char *buffer, size_t size);
void screen_drop_answers(Screen *s);

/* The colour, as the number of its OSC (10, 11 or 12), that a terminal has to be asked for before there are
 * more answers; 0: none. */
unsigned screen_asked_color(const Screen *s);
/* What such a terminal said. It is remembered for who asks while there is no terminal. */
void screen_set_terminal_color(Screen *s, unsigned number, const ColorSpec *color);
/* Answers that question with what is known. */
void screen_answer_asked_color(Screen *s);

DEFINE_CLEANUP(Screen *, screen_free);
#define _cleanup_screen_ _cleanup_(screen_free_pointer)
