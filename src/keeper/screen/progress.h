/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How far a program says it is (OSC 9;4, ConEmu's): terminals show it as a bar, or in the task bar. */

#include "keeper/vt/text-writer.h"

typedef enum ProgressState {
        PROGRESS_NONE,
        PROGRESS_NORMAL,
        PROGRESS_ERROR,
        PROGRESS_UNKNOWN, /* busy, nobody knows how far */
        PROGRESS_PAUSED,
        _PROGRESS_MAX,
} ProgressState;

typedef struct Progress {
        uint8_t state;
        uint8_t percent;
        bool touched; /* the program ever said something */
} Progress;

/* OSC 9;text: acts on it if it is about progress. */
void progress_osc(Progress *p, const char *text, size_t size);

/* None, as after RIS. */
void progress_reset(Progress *p);

/* Also takes back what a terminal was left with. */
void progress_write(const Progress *p, TextWriter *w);
