/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a program printed, with the changes of the terminal's size where they fell. A recording is a file of
 * records: a letter, a length of four bytes (little-endian), as many bytes. 'o': output; 'r': a new size,
 * "ROWS COLUMNS". The first is a size. */

#include "shared/macros.h"

typedef struct RecordingSize {
        size_t offset;          /* in data */
        uint32_t rows, columns; /* 0: no new size, but here the lines that scrolled off were erased (ED 3) */
} RecordingSize;

typedef struct Recording {
        uint8_t *data; /* all output */
        size_t size;
        RecordingSize *sizes;
        size_t n_sizes;

        /* Where something first ends that libvterm does not do as xterm does, or SIZE_MAX. */
        /* The cursor is restored: libvterm restores with it whether it is visible, blinks, its shape. */
        size_t restores;
        /* The cursor is saved on the alternate screen: libvterm has one place for both screens. */
        size_t saves;
        size_t titles;  /* a title comes off the stack: libvterm has none */
        size_t doubles; /* a line of double size: ours has none */
        size_t widths;  /* DECCOLM, after it was allowed: libvterm does not clear the screen then */
} Recording;

/* -EINVAL: that is no recording. Sequences that set or reset several private modes are taken apart, since
 * libvterm reads only the first parameter: \e[?1006;1000h becomes \e[?1006h\e[?1000h. */
int recording_load(const char *path, Recording *ret);
void recording_done(Recording *r);
