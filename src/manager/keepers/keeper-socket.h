/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sockets to keepers. A keeper is the user, and may have put anything into its end. */

#include <sys/socket.h>

#include "manager/base/types.h"
#include "shared/macros.h"

/* Sockets that are being closed by threads, since closing them may take as long as their users like. */
typedef struct Closings {
        struct Closing **items;
        size_t n;
} Closings;

#define CLOSINGS_MAX_PER_USER 8 /* a user with so many gets no connection to a keeper any more */

/* Has the kernel refuse descriptors at their sender (Linux 6.16). Before, this is no error and does
 * nothing. */
void keeper_socket_refuse_descriptors(int fd);

/* Receives a packet of a SOCK_SEQPACKET socket with SO_PASSCRED, without blocking and without taking a
 * descriptor. Returns, as wire_receive(), the packet's size, 0 at the end, or -EAGAIN. -EBADMSG: the packet
 * is larger than the buffer, or has descriptors with it; then it stays in the socket, and nothing can be
 * received any more. */
ssize_t keeper_socket_receive(int fd, void *buffer, size_t size, struct ucred *ret);

/* Closes the socket without ever waiting. Descriptors that nobody received are closed with it, and a user
 * can make that take forever (a TCP socket with SO_LINGER whose peer reads nothing): then a thread does it.
 * fd may be -EBADF. Returns -EBADF. */
int keeper_socket_close(Closings *closings, uid_t uid, int fd);

/* Returns how many sockets of this user are still being closed. */
size_t closings_count(Closings *closings, uid_t uid);
void closings_done(Closings *closings);
