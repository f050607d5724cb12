/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What programs in a session did to the user's terminal, and how to undo it when the user leaves in the middle:
 * alternate screen, hidden cursor, mouse, bracketed paste, keyboard protocols, colours. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/macros.h"

#define SCREEN_PARAMETERS_MAX 16

typedef struct ScreenModes {
        uint32_t changed; /* which of the known modes differ from a fresh terminal's, a bit each */
        uint32_t keyboard_pushes;
        bool touched; /* anything but text was written */
        bool keys_changed;
        bool margins_changed;
        bool cursor_changed;

        /* the scanner's place in an escape sequence */
        uint8_t state;
        char prefix, intermediate;
        uint32_t parameters[SCREEN_PARAMETERS_MAX];
        size_t n_parameters;
} ScreenModes;

/* Looks at bytes that go to the terminal. A zeroed structure is one of a fresh terminal. */
void screen_modes_feed(ScreenModes *m, const char *data, size_t size);

/* Writes what sets the terminal back, nothing if there were no escape sequences. Returns whether the cursor may now be
 * anywhere on the screen: not after plain text only, and not if the alternate screen brings back the old cursor. */
bool screen_modes_undo(const ScreenModes *m, FILE *f);
