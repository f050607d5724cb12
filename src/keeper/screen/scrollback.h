/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The lines that scrolled off the top of a screen, as the bytes that print them (line-text.h): bounded in
 * lines and in bytes, the oldest are forgotten. Blocks of memory come and go with them. */

#include "keeper/screen/line-text.h"

typedef struct ScrollbackBlock ScrollbackBlock;

typedef struct Scrollback {
        ScrollbackBlock *first;
        ScrollbackBlock *last;
        uint32_t n_lines;
        uint32_t max_lines;
        size_t n_bytes; /* of the lines with what belongs to them */
        size_t max_bytes;
} Scrollback;

typedef struct ScrollbackLine {
        LineShape shape;
        const char *text; /* the scrollback's; gone when a line is added */
        size_t size;
} ScrollbackLine;

typedef struct ScrollbackPosition {
        const ScrollbackBlock *block;
        size_t offset;
} ScrollbackPosition;

void scrollback_clear(Scrollback *s);

/* Adds a line, and forgets old ones that are too many. Without memory the line is lost. */
void scrollback_push(Scrollback *s, const ScrollbackLine *line);

/* Drops the newest line. */
void scrollback_drop(Scrollback *s);

/* Where the newest n lines begin. */
ScrollbackPosition scrollback_seek(const Scrollback *s, uint32_t n);

/* The line there; moves on to the next. False: there is none. */
bool scrollback_next(ScrollbackPosition *p, ScrollbackLine *ret);
