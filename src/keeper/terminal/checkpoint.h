/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The screen's picture as it was at some position of the ring, in a memfd that systemd keeps while the
 * keeper is dead. A new keeper makes the screen of the newest picture and of what the ring has from its
 * position on. */

#include "keeper/store/byte-queue.h"
#include "shared/macros.h"

/* A picture with all of the scrollback; see screen.h. */
#define CHECKPOINT_SIZE_MAX (32U * 1024U * 1024U)

typedef struct Checkpoint {
        uint64_t position; /* in the ring */
        uint32_t rows, columns;
        uint64_t size; /* of the picture */
} Checkpoint;

/* A new memfd without a checkpoint; the caller's. */
int checkpoint_new(int *ret);

/* Writes a checkpoint; whoever is killed in the middle of it leaves the one before. -EMSGSIZE, -errno. */
int checkpoint_write(int fd, const Checkpoint *checkpoint, const uint8_t *picture);

/* Reads the newest one; picture is appended to. -ENODATA: there is none. -EBADMSG: it is damaged. */
int checkpoint_read(int fd, Checkpoint *ret, ByteQueue *picture);
