/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sockets whose other end a keeper has.
 *
 * Nothing that a keeper says takes a descriptor, but it can send some all the same, and who is the last to
 * close one may have to wait: for a TCP peer that reads nothing (SO_LINGER), for a user's file system. The
 * kernel closes those that nobody received when the message or its socket goes, in the name of whoever let
 * them go. So a message is looked at first (MSG_PEEK takes references, so that nothing is closed for good),
 * one with descriptors is never received, and its socket is closed by a thread that does only this. These
 * threads come into being for attackers alone, one for each connection, and whoever has too many of them
 * gets no other. */

#include <stdatomic.h>
#include <unistd.h>

#include "manager/base/thread.h"
#include "manager/keepers/keeper-socket.h"
#include "shared/log.h"

#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS 83
#endif

typedef struct Closing {
        uid_t uid;
        int fd;
        atomic_bool done;
} Closing;

void keeper_socket_refuse_descriptors(int fd) {
        (void) setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &(int){ false }, sizeof(int));
}

/* What recvmsg() reports beside the data. */
typedef struct Arrival {
        struct ucred sender;
        bool has_sender; /* true of every packet if SO_PASSCRED is set, false at the end */
        int flags;
} Arrival;

/* Receives into a control buffer that has room for credentials and for nothing else, so no descriptor is
 * installed. */
static ssize_t receive(int fd, void *buffer, size_t size, int flags, Arrival *ret) {
        struct iovec iov = { .iov_base = buffer, .iov_len = size };
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(struct ucred))];
        } control = {};
        struct msghdr header = {
                .msg_iov = &iov,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };
        struct cmsghdr *c;
        ssize_t n;

        n = recvmsg(fd, &header, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n < 0)
                return -errno;
        *ret = (Arrival){ .flags = header.msg_flags };
        c = CMSG_FIRSTHDR(&header);
        if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS &&
                c->cmsg_len == CMSG_LEN(sizeof(struct ucred))) {
                memcpy(&ret->sender, CMSG_DATA(c), sizeof(struct ucred));
                ret->has_sender = true;
        }
        return n;
}

ssize_t keeper_socket_receive(int fd, void *buffer, size_t size, struct ucred *ret) {
        Arrival arrival;
        uint8_t byte;
        ssize_t n;

        n = receive(fd, &byte, sizeof(byte), MSG_PEEK, &arrival);
        if (n < 0)
                return n;
        if (arrival.flags & MSG_CTRUNC)
                return -EBADMSG;
        n = receive(fd, buffer, size, 0, &arrival);
        if (n < 0)
                return n;
        *ret = arrival.sender;
        return arrival.flags & (MSG_TRUNC | MSG_CTRUNC) ? -EBADMSG : n;
}

/* Closing */

/* Can the socket be closed without waiting? Its receiving half is shut down, so nothing more comes in. Each
 * packet is looked at; a stream is harmless if it is empty. */
static bool is_harmless(int fd) {
        socklen_t length = sizeof(int);
        unsigned errors = 0;
        int type;

        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
                return errno == ENOTSOCK; /* a memory file */
        (void) setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &(int){ true }, sizeof(int));
        for (;;) {
                Arrival arrival;
                uint8_t byte;
                ssize_t n;

                n = receive(fd, &byte, sizeof(byte), MSG_PEEK, &arrival);
                if (n == -EAGAIN)
                        return true;
                if (n < 0) {
                        /* An error of the connection is reported once, before the packets behind it. */
                        if (errors++ == 3)
                                return false;
                        continue;
                }
                if (arrival.flags & MSG_CTRUNC)
                        return false;
                if (n == 0 && (type == SOCK_STREAM || !arrival.has_sender))
                        return true;
                if (type == SOCK_STREAM)
                        return false;
                (void) receive(fd, &byte, sizeof(byte), 0, &arrival);
        }
}

static void *close_one(void *userdata) {
        Closing *closing = userdata;

        (void) close(closing->fd);
        atomic_store(&closing->done, true);
        return NULL;
}

/* Frees the closings whose threads are done. */
static void sweep(Closings *closings) {
        size_t kept = 0;

        for (size_t i = 0; i < closings->n; i++)
                if (atomic_load(&closings->items[i]->done))
                        free(closings->items[i]);
                else
                        closings->items[kept++] = closings->items[i];
        closings->n = kept;
}

/* Closes the socket in a thread. If there is no thread to be had, the socket stays open, which is better
 * than to wait, and counts as one that is being closed. */
static void close_in_thread(Closings *closings, uid_t uid, int fd) {
        Closing **grown, *closing;
        int r;

        sweep(closings);
        grown = reallocarray(closings->items, closings->n + 1, sizeof(Closing *));
        closing = malloc(sizeof(Closing));
        if (grown)
                closings->items = grown;
        if (!grown || !closing) {
                free(closing);
                (void) log_oom();
                return;
        }
        *closing = (Closing){ .uid = uid, .fd = fd };
        closings->items[closings->n++] = closing;
        r = thread_start(close_one, closing);
        if (r < 0)
                (void) log_warning_errno(r, "Cannot make a thread, leaving a socket open: %m");
}

int keeper_socket_close(Closings *closings, uid_t uid, int fd) {
        if (fd < 0)
                return -EBADF;
        (void) shutdown(fd, SHUT_RDWR);
        if (is_harmless(fd))
                (void) close(fd);
        else {
                log_info("A process of user %u left what may take long to close.", (unsigned) uid);
                close_in_thread(closings, uid, fd);
        }
        return -EBADF;
}

size_t closings_count(Closings *closings, uid_t uid) {
        size_t n = 0;

        sweep(closings);
        for (size_t i = 0; i < closings->n; i++)
                n += closings->items[i]->uid == uid;
        return n;
}

void closings_done(Closings *closings) {
        /* A thread that still runs keeps what it works with; the process is about to end. */
        sweep(closings);
        free(closings->items);
        *closings = (Closings){};
}
