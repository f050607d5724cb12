/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* libvterm as a terminal that can be looked into: what it shows, and what it would send for a key, a paste,
 * a click, which is how it tells its modes. */

#include <stdio.h>
#include <vterm.h>

#include "shared/macros.h"

typedef struct EmulatorLine {
        uint32_t n;
        VTermScreenCell *cells;
} EmulatorLine;

typedef struct Emulator {
        VTerm *vt;
        VTermScreen *screen;
        VTermState *state;
        uint32_t rows, columns;
        int properties[VTERM_N_PROPS];
        char *title, *icon;
        char *output; /* what it sent since it was last asked */
        size_t n_output;
        EmulatorLine *lines; /* scrolled off the main screen, oldest first */
        size_t n_lines;
} Emulator;

Emulator *emulator_new(uint32_t rows, uint32_t columns);
Emulator *emulator_free(Emulator *e);
void emulator_feed(Emulator *e, const void *data, size_t size);
void emulator_resize(Emulator *e, uint32_t rows, uint32_t columns);

/* Forgets what scrolled off, as ED 3 means, which it does not know. */
void emulator_forget_lines(Emulator *e);

/* Writes cursor, properties and, by asking for reports and pressing keys, its modes: "name=value\n" each.
 * Only when it is not in the middle of a sequence. */
void emulator_write_modes(Emulator *e, FILE *f);

/* Do two cells look the same? Of what is empty, only the background does. */
bool cells_look_same(const VTermScreenCell *a, const VTermScreenCell *b);

DEFINE_CLEANUP(Emulator *, emulator_free);
#define _cleanup_emulator_ _cleanup_(emulator_free_pointer)
