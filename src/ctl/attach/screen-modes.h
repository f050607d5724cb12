/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What programs in a session, or the picture of one, did to the user's terminal, and how to undo it when the
 * user leaves in the middle: alternate screen, hidden cursor, mouse, bracketed paste, keyboard protocols,
 * character sets, colours, tab stops, titles, links, the pointer, progress. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/macros.h"

#define SCREEN_PARAMETERS_MAX 16

/* kitty's keyboard protocol, which each screen has its own of. */
typedef struct ScreenKeyboard {
        uint32_t pushes;
        bool changed;
} ScreenKeyboard;

typedef struct ScreenModes {
        uint64_t changed;           /* which of the known modes differ from a fresh terminal's, a bit each */
        uint64_t kept;              /* the same, of when the program had them saved */
        ScreenKeyboard keyboard[2]; /* of the main screen, of the alternate one */
        uint16_t key_resources;     /* xterm's XTMODKEYS, a bit each */
        uint16_t key_formats;       /* and XTFMTKEYS */
        uint16_t colors;            /* OSC 10 to 19 changed one, a bit each */
        uint8_t charsets;           /* G0 to G3, and the coding system, a bit each */
        uint8_t titles;             /* so many were put on the stack */
        bool touched;               /* anything but text was written */
        bool margins_changed;
        bool cursor_changed;
        bool guard_changed;
        bool tabs_changed;
        bool palette_changed;
        uint8_t pointers[2]; /* so many shapes of the pointer were pushed, on each screen */
        bool pointer_changed;
        bool pointer_mode_changed; /* XTSMPOINTER: when it is hidden */
        bool shows_progress;
        bool in_link;
        bool sends_8bit; /* S8C1T */
        bool asked;      /* something that the terminal answers; the caller may take it back */

        /* the scanner's place in an escape sequence */
        uint8_t state;
        char prefix, intermediate;
        uint32_t parameters[SCREEN_PARAMETERS_MAX]; /* of OSC: its number is the first */
        size_t n_parameters;
        bool asks;          /* the OSC has a "?": it changes nothing */
        char head[8], last; /* of what follows the OSC's number */
        uint8_t n_commas;
        size_t n_head;
} ScreenModes;

/* Looks at bytes that go to the terminal. A zeroed structure is one of a fresh terminal. */
void screen_modes_feed(ScreenModes *m, const char *data, size_t size);

/* Writes what sets a terminal of so many columns back, nothing if there were no escape sequences. Returns
 * whether the cursor may now be anywhere on the screen: not after plain text only, and not if the alternate
 * screen brings back the old cursor. */
bool screen_modes_undo(const ScreenModes *m, uint32_t columns, FILE *f);
