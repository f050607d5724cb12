/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The colours that a program redefined: OSC 4 and 104 for the 256 numbers, OSC 10 to 19 and 110 to 119 for
 * those of text, background, cursor and so on. Kept as they were said; takes no memory until one is
 * changed. */

#include "keeper/vt/text-writer.h"

#define PALETTE_NUMBERS  256U
#define PALETTE_SPEC_MAX 31U /* "rgb:ffff/ffff/ffff" takes 18; longer ones are not kept */

typedef struct PaletteEntry {
        bool touched;
        char spec[PALETTE_SPEC_MAX + 1]; /* "": reset to the terminal's own */
} PaletteEntry;

typedef struct Palette {
        PaletteEntry *entries; /* 256 numbers, then OSC 10 to 19; NULL: none was ever changed */
} Palette;

void palette_done(Palette *p);

/* OSC number;text: acts on it if it is about colours. Queries change nothing. */
void palette_osc(Palette *p, unsigned number, const char *text, size_t size);

/* All as they were (RIS). */
void palette_reset(Palette *p);

/* What the program set entry index to, of 256 numbers and then OSC 10 to 19; NULL: nothing, or it was
 * reset. */
const char *palette_get(const Palette *p, unsigned index);

void palette_write(const Palette *p, TextWriter *w);
