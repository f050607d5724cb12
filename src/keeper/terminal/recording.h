/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a terminal has shown: the raw bytes (ring.h), the screen that they make (screen.h), and now and then
 * its picture (checkpoint.h), so that the next keeper can make the same screen. */

#include "keeper/screen/screen.h"
#include "keeper/terminal/checkpoint.h"
#include "keeper/terminal/ring.h"

typedef struct Recording {
        Ring *ring;
        Screen *screen;
        int checkpoint_fd;
        uint64_t position; /* of the newest checkpoint */
} Recording;

/* Of a new terminal; so many bytes of its output are kept. */
int recording_new(uint32_t rows, uint32_t columns, size_t buffer_size, Recording **ret);

/* Of an earlier keeper's terminal, which now has this size. The descriptors become the recording's on
 * success. */
int recording_adopt(int ring_fd, int checkpoint_fd, uint32_t rows, uint32_t columns, Recording **ret);

Recording *recording_free(Recording *rec);

/* The program printed this, which is in the ring already. */
void recording_feed(Recording *rec, const void *data, size_t size);

int recording_resize(Recording *rec, uint32_t rows, uint32_t columns);

DEFINE_CLEANUP(Recording *, recording_free);
#define _cleanup_recording_ _cleanup_(recording_free_pointer)
