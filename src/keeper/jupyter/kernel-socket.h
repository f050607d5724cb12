/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A connection to one of a kernel's ZeroMQ sockets, as plain descriptor and buffer: both can be kept while
 * the keeper is dead, and be taken up again between any two bytes. */

#include <systemd/sd-event.h>

#include "keeper/jupyter/connection-info.h"
#include "keeper/jupyter/jupyter-message.h"
#include "keeper/jupyter/stream-buffer.h"

typedef struct KernelSocket KernelSocket;

/* A message may be so large: the largest that is looked at. What ipykernel prints within 0.2 s is one
 * message. So much memory is taken only while such a message comes. */
#define KERNEL_MESSAGE_MAX (128U * 1024U * 1024U)

/* None of these frees the socket, but for gone. */
typedef struct KernelSocketHandlers {
        /* It is connected: what is sent now arrives, what the kernel says from now on is heard. */
        void (*connected)(void *userdata);
        /* The kernel said something; position: where that begins in the stream. Negative: it is enough, gone
         * follows. */
        int (*message)(void *userdata, const MessagePart *parts, size_t n_parts, uint64_t position);
        /* It said something that is too large; size: of what is known of it. */
        void (*oversized)(void *userdata, uint64_t size, uint64_t position);
        /* The connection has ended, error is negative. The handler may free the socket. */
        void (*gone)(void *userdata, int error);
} KernelSocketHandlers;

typedef enum KernelSocketType {
        KERNEL_SOCKET_DEALER,
        KERNEL_SOCKET_SUB, /* to everything */
} KernelSocketType;

/* Connects, and tries again until that succeeds. buffer stays the caller's; what is in it is forgotten. */
int kernel_socket_connect(sd_event *event, const KernelAddress *address, KernelSocketType type,
        StreamBuffer *buffer, const KernelSocketHandlers *handlers, void *userdata, KernelSocket **ret);

/* Takes up a connection that an earlier keeper was told of by connected, with its buffer. fd becomes the
 * socket's on success. */
int kernel_socket_adopt(sd_event *event, int fd, StreamBuffer *buffer, const KernelSocketHandlers *handlers,
        void *userdata, KernelSocket **ret);

KernelSocket *kernel_socket_free(KernelSocket *s);

/* The descriptor, once connected; -EBADF before. */
int kernel_socket_fd(const KernelSocket *s);

/* Sends a message, now or once it is connected. -ENOBUFS: too much waits already. */
int kernel_socket_send(KernelSocket *s, const MessagePart *parts, size_t n_parts);

/* Handles what is there already, though not what comes meanwhile without end. */
void kernel_socket_hear(KernelSocket *s);

/* The same for as long as there is more, up to a second: whoever has the other end may write faster than we
 * read. */
void kernel_socket_drain(KernelSocket *s);

DEFINE_CLEANUP(KernelSocket *, kernel_socket_free);
#define _cleanup_kernel_socket_ _cleanup_(kernel_socket_free_pointer)
