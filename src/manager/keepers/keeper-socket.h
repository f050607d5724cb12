/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sockets whose other end a keeper has, who is the user and may have put anything into them. */

#include <sys/socket.h>

#include "manager/base/types.h"
#include "shared/macros.h"

/* Sockets that are being closed by threads, since closing them may wait for whatever their users decide. */
typedef struct Closings {
        struct Closing **items;
        size_t n;
} Closings;

#define CLOSINGS_MAX_PER_USER 8 /* who has so many gets no connection to a keeper any more */

/* Makes the kernel refuse descriptors at their sender (Linux 6.16; before, it is no error and does
 * nothing). */
void keeper_socket_refuse_descriptors(int fd);

/* Receives a packet of a SOCK_SEQPACKET socket with SO_PASSCRED, without blocking and without taking a
 * descriptor. As wire_receive(): its size, 0 at the end, -EAGAIN; -EBADMSG if it was larger than the buffer,
 * or if descriptors are with it: then it stays where it is, and nothing can be received any more. */
ssize_t keeper_socket_receive(int fd, void *buffer, size_t size, struct ucred *ret);

/* Closes the socket without ever waiting. Descriptors that nobody received are closed with it, and a user
 * can make that take forever (a TCP socket with SO_LINGER whose peer reads nothing): then it is a thread's
 * work. -EBADF is fine; returns -EBADF. */
int keeper_socket_close(Closings *closings, uid_t uid, int fd);

/* How many of this user's are still being closed. */
size_t closings_count(Closings *closings, uid_t uid);
void closings_done(Closings *closings);
