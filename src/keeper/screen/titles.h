/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a program says about itself: window title, icon title and their stack (OSC 0, 1, 2; CSI 22 t, CSI 23
 * t), and its working directory (OSC 7). NULL: it did not say; the terminal has its own. */

#include "keeper/vt/text-writer.h"

#define TITLE_MAX       1024U /* bytes */
#define TITLE_STACK_MAX 10U   /* as xterm; older ones are forgotten */

typedef struct TitlePair {
        char *title;
        char *icon;
} TitlePair;

typedef struct Titles {
        TitlePair now;
        TitlePair stack[TITLE_STACK_MAX];
        unsigned n_stack;
        char *directory;
        uint32_t serial; /* changes with the title and the directory */
} Titles;

void titles_done(Titles *t);

/* OSC number;text: acts on it if it is about these. */
void titles_osc(Titles *t, unsigned number, const char *text, size_t size);

/* which: 0 both, 1 icon, 2 window. */
void titles_push(Titles *t);
void titles_pop(Titles *t, int32_t which);

void titles_write(const Titles *t, TextWriter *w);
