/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The last bytes that the payload printed, in a memfd that systemd keeps while the keeper is dead. Positions
 * count all bytes ever printed; the newest are there. */

#include <sys/types.h>

#include "shared/keeper-protocol.h"
#include "shared/macros.h"

#define RING_SIZE_MIN OUTPUT_BUFFER_SIZE_MIN

typedef struct Ring Ring;

/* A new ring; size is rounded up to whole pages, at least RING_SIZE_MIN. */
int ring_new(size_t size, Ring **ret);
/* The ring that an earlier keeper left; fd becomes the ring's on success. -EBADMSG: it is not one. */
int ring_adopt(int fd, Ring **ret);
Ring *ring_free(Ring *ring);
/* Leaves the descriptor open, for whoever had it before ring_adopt(). */
void ring_release(Ring *ring);

int ring_fd(const Ring *ring);
size_t ring_size(const Ring *ring);
uint64_t ring_end(const Ring *ring);

/* Where to read(2) the next bytes into; it is filled with a pattern, so it is to be asked for before each
 * read. */
uint8_t *ring_room(Ring *ring, size_t *ret_size);
/* n bytes were read there. A keeper that is killed between the read(2) and this loses nothing: see
 * ring.c. */
void ring_commit(Ring *ring, size_t n);

/* The bytes from position on that lie in a row, at least one before the end. 0 at the end or if they are
 * gone. */
size_t ring_get(const Ring *ring, uint64_t position, const uint8_t **ret);

DEFINE_CLEANUP(Ring *, ring_free);
#define _cleanup_ring_ _cleanup_(ring_free_pointer)
