/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A bounded queue of bytes between descriptors that must not block. */

#include <sys/socket.h>
#include <unistd.h>

#include "keeper/store/byte-queue.h"

int byte_queue_append(ByteQueue *q, const void *data, size_t size) {
        size_t allocated;
        uint8_t *grown;

        if (size == 0)
                return 0;
        if (q->size > q->max || size > q->max - q->size)
                return -ENOBUFS;
        if (q->start > 0 && q->start + q->size + size > q->allocated) {
                memmove(q->data, q->data + q->start, q->size);
                q->start = 0;
        }
        if (q->size + size > q->allocated) {
                allocated = MIN((q->size + size) * 2, q->max);
                grown = realloc(q->data, allocated);
                if (!grown)
                        return -ENOMEM;
                q->data = grown;
                q->allocated = allocated;
        }
        memcpy(q->data + q->start + q->size, data, size);
        q->size += size;
        return 0;
}

int byte_queue_write(ByteQueue *q, int fd, bool is_socket) {
        while (q->size > 0) {
                ssize_t n;

                if (is_socket)
                        n = send(fd, q->data + q->start, q->size, MSG_DONTWAIT | MSG_NOSIGNAL);
                else
                        n = write(fd, q->data + q->start, q->size);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        return 0;
                if (n < 0)
                        return -errno;
                q->start += (size_t) n;
                q->size -= (size_t) n;
        }
        byte_queue_clear(q);
        return 0;
}

void byte_queue_clear(ByteQueue *q) {
        free(q->data);
        *q = (ByteQueue){ .max = q->max };
}
