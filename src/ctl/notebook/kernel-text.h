/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a kernel said, as text to be read: prompts, code, what was printed, results, errors. */

#include <stdio.h>

#include "ctl/notebook/kernel-output.h"

typedef struct KernelText {
        FILE *out;
        bool styles; /* the kernel's colours pass, and prompts have some */
        bool follow; /* a line is shown before its end came */
        /* The kernel said something since it started: what its process writes is not about starting. */
        bool runs;

        /* what is not written yet: whole lines, then the newest line as it is now */
        char *text;
        size_t size, allocated;
        size_t line;   /* where that line begins */
        bool begun;    /* its beginning was written before */
        bool returned; /* behind a carriage return: what comes next overwrites it */
} KernelText;

/* Takes one thing that the kernel said, and writes it, with nothing in it that could do harm on a terminal.
 * What a carriage return lets another text overwrite is left out, as one would see it: progress bars would
 * fill screens otherwise. 0, -ENOMEM, or -errno of writing. */
int kernel_text_write(KernelText *t, const KernelOutput *o);

/* Writes what is left, and ends the last line if it has no end. As above. */
int kernel_text_finish(KernelText *t);

void kernel_text_done(KernelText *t);

#define _cleanup_kernel_text_ _cleanup_(kernel_text_done)
