/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The shape of the mouse pointer, by name (OSC 22): xterm's form, which sets it, and kitty's, which also
 * has a stack (https://sw.kovidgoyal.net/kitty/pointer-shapes/). Nobody here has a pointer; it has to
 * come back. */

#include "keeper/vt/text-writer.h"

#define POINTER_STACK_MAX 16U /* as kitty; older ones are forgotten */
#define POINTER_NAME_MAX  31U

typedef struct Pointer {
        char (*names)[POINTER_NAME_MAX +
                1]; /* the last one is in force; "": the terminal's own, never the first */
        uint8_t n;
        bool touched; /* the program ever said something */
        bool pushed;  /* and used the stack */
} Pointer;

void pointer_done(Pointer *p);

/* OSC 22;text: acts on it. Questions, and what is no name, change nothing. */
void pointer_osc(Pointer *p, const char *text, size_t size);

/* The terminal's own, as after RIS. */
void pointer_reset(Pointer *p);

/* Also takes back what a terminal was left with. */
void pointer_write(const Pointer *p, TextWriter *w);
