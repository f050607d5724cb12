/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Bytes that wait for a descriptor to take them: first in, first out, never more than a maximum. */

#include "shared/macros.h"

typedef struct ByteQueue {
        uint8_t *data;
        size_t start; /* of what waits, in data */
        size_t size;  /* of what waits */
        size_t allocated;
        size_t max;
} ByteQueue;

/* Appends all or nothing. 0, -ENOBUFS if it would exceed max, -ENOMEM. */
int byte_queue_append(ByteQueue *q, const void *data, size_t size);

/* Writes what waits to fd, which must not block, until it is all written or fd takes no more. Uses send()
 * without SIGPIPE if fd is a socket. 0, also when something is left; -errno if fd is broken. */
int byte_queue_write(ByteQueue *q, int fd, bool is_socket);

/* Frees the memory; max stays. */
void byte_queue_clear(ByteQueue *q);
