/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sockets whose other end a keeper has: nothing that it sends makes us take a descriptor, or wait. */

#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/keepers/keeper-socket.h"
#include "shared/time-span.h"
#include "shared/wire.h"
#include "tests/unit/test-main.h"

#define USER     1000
#define SOON     (5 * USEC_PER_SEC) /* what must not wait is done by then, however busy the machine */
#define FDS_MANY 250

/* A connection whose closing waits for hours: its peer reads nothing, and its last bytes are to be waited
 * for. */
typedef struct Lingering {
        int fd, peer;
} Lingering;

static Lingering lingering_new(void) {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        const struct linger linger = { .l_onoff = 1, .l_linger = 3600 };
        static const char bytes[65536];
        socklen_t length = sizeof(address);
        Lingering l;
        int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        ck_assert_int_eq(bind(listening, (struct sockaddr *) &address, length), 0);
        ck_assert_int_eq(listen(listening, 1), 0);
        ck_assert_int_eq(getsockname(listening, (struct sockaddr *) &address, &length), 0);
        l.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ck_assert_int_eq(connect(l.fd, (struct sockaddr *) &address, length), 0);
        l.peer = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        ck_assert_int_ge(l.peer, 0);
        close(listening);
        while (send(l.fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
                ;
        ck_assert_int_eq(setsockopt(l.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), 0);
        return l;
}

static void send_with(int fd, const void *data, size_t size, const int *fds, size_t n_fds) {
        struct iovec iov = { .iov_base = (void *) data, .iov_len = size };
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(int) * FDS_MANY)];
        } control = {};
        struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };

        if (n_fds > 0) {
                header.msg_control = &control;
                header.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
                control.header.cmsg_level = SOL_SOCKET;
                control.header.cmsg_type = SCM_RIGHTS;
                control.header.cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
                memcpy(CMSG_DATA(&control.header), fds, sizeof(int) * n_fds);
        }
        ck_assert_int_eq(sendmsg(fd, &header, 0), (ssize_t) size);
}

static size_t count_fds(void) {
        DIR *d = opendir("/proc/self/fd");
        size_t n = 0;

        while (readdir(d))
                n++;
        closedir(d);
        return n;
}

/* ends[0] is the manager's. */
static void make_pair(int type, int ends[2]) {
        ck_assert_int_eq(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
        if (type == SOCK_SEQPACKET)
                ck_assert_int_eq(setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &(int){ 1 }, sizeof(int)), 0);
}

TEST(messages_name_their_sender) {
        struct ucred sender = {};
        char buffer[8] = "";
        int ends[2];

        make_pair(SOCK_SEQPACKET, ends);
        ck_assert_int_eq(keeper_socket_receive(ends[0], buffer, sizeof(buffer), &sender), -EAGAIN);
        send_with(ends[1], "hello", 5, NULL, 0);
        send_with(ends[1], "far too long", 12, NULL, 0);
        ck_assert_int_eq(keeper_socket_receive(ends[0], buffer, sizeof(buffer), &sender), 5);
        ck_assert_str_eq(buffer, "hello");
        ck_assert_int_eq(sender.pid, getpid());
        ck_assert_int_eq(keeper_socket_receive(ends[0], buffer, sizeof(buffer), &sender), -EBADMSG);
        close(ends[1]);
        ck_assert_int_eq(keeper_socket_receive(ends[0], buffer, sizeof(buffer), &sender), 0);
        close(ends[0]);
}
END_TEST

TEST(descriptors_are_never_taken) {
        struct ucred sender;
        int ends[2], fds[FDS_MANY];
        size_t before;
        char byte;

        make_pair(SOCK_SEQPACKET, ends);
        for (size_t i = 0; i < FDS_MANY; i++)
                fds[i] = STDERR_FILENO;
        before = count_fds();
        send_with(ends[1], "x", 1, fds, FDS_MANY);
        send_with(ends[1], "y", 1, NULL, 0);
        ck_assert_int_eq(keeper_socket_receive(ends[0], &byte, 1, &sender), -EBADMSG);
        ck_assert_int_eq(
                keeper_socket_receive(ends[0], &byte, 1, &sender), -EBADMSG); /* it is still there */
        ck_assert_uint_eq(count_fds(), before);
        close(ends[0]);

        make_pair(SOCK_SEQPACKET, ends);
        send_with(ends[1], "", 0, fds, 1);
        ck_assert_int_eq(keeper_socket_receive(ends[0], &byte, 1, &sender), -EBADMSG);
        close(ends[0]);
        close(ends[1]);
}
END_TEST

TEST(refused_by_the_kernel_if_it_can) {
        const int refused = STDERR_FILENO;
        WireWriter w = {};
        int ends[2], r;

        make_pair(SOCK_SEQPACKET, ends);
        keeper_socket_refuse_descriptors(ends[0]);
        wire_begin(&w, 1, 1);
        r = wire_send(ends[1], &w, &refused, 1);
        ck_assert(r == -EPERM || r == 0); /* before Linux 6.16 */
        ck_assert_int_eq(wire_send(ends[1], &w, NULL, 0), 0);
        wire_writer_done(&w);
        close(ends[0]);
        close(ends[1]);
}
END_TEST

/* Otherwise the cases below show nothing. */
TEST(closing_would_wait) {
        Lingering l = lingering_new();
        struct pollfd p;
        pid_t child;
        int ends[2];
        char byte;

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        child = fork();
        if (child == 0) {
                close(l.peer);
                close(ends[0]);
                (void) !read(ends[1], &byte, 1); /* by now we are the last who has it */
                close(l.fd);
                _exit(0);
        }
        close(l.fd);
        close(ends[1]);
        ck_assert_int_eq(write(ends[0], "x", 1), 1);
        p = (struct pollfd){ .fd = ends[0], .events = POLLIN };
        ck_assert_int_eq(poll(&p, 1, 300), 0);
        kill(child, SIGKILL);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        close(l.peer);
        close(ends[0]);
}
END_TEST

/* Sends what lingers to ends[0] so that nobody else has it, with other things before it. */
static Lingering leave_lingering(int type, int ends[2]) {
        Lingering l = lingering_new();

        if (type == SOCK_SEQPACKET) {
                send_with(ends[1], "a", 1, NULL, 0);
                send_with(ends[1], "", 0, NULL, 0);
        }
        send_with(ends[1], "x", 1, &l.fd, 1);
        close(l.fd);
        close(ends[1]);
        return l;
}

static void wait_for_closings(Closings *c) {
        usec_t deadline = now_usec(CLOCK_MONOTONIC) + 20 * USEC_PER_SEC;

        while (closings_count(c, USER) > 0) {
                ck_assert_uint_lt(now_usec(CLOCK_MONOTONIC), deadline);
                (void) poll(NULL, 0, 5);
        }
}

TEST(what_lingers_is_closed_by_a_thread) {
        static const int types[] = { SOCK_SEQPACKET, SOCK_STREAM };
        Closings c = {};

        for (size_t i = 0; i < ELEMENTSOF(types); i++) {
                usec_t began = now_usec(CLOCK_MONOTONIC);
                Lingering l;
                int ends[2];

                make_pair(types[i], ends);
                l = leave_lingering(types[i], ends);
                ck_assert_int_eq(keeper_socket_close(&c, USER, ends[0]), -EBADF);
                ck_assert_uint_lt(now_usec(CLOCK_MONOTONIC) - began, SOON);
                ck_assert_uint_eq(closings_count(&c, USER), 1);
                ck_assert_uint_eq(closings_count(&c, USER + 1), 0);
                close(l.peer); /* what was not read is lost, and the wait is over */
                wait_for_closings(&c);
        }
        closings_done(&c);
}
END_TEST

TEST(what_is_harmless_is_closed_at_once) {
        static const int types[] = { SOCK_SEQPACKET, SOCK_STREAM };
        size_t before = count_fds();
        Closings c = {};
        int ends[2], fd;

        for (size_t i = 0; i < ELEMENTSOF(types); i++) {
                make_pair(types[i], ends);
                if (types[i] == SOCK_SEQPACKET)
                        for (int k = 0; k < 5; k++)
                                send_with(ends[1], "abc", (size_t) k % 4, NULL, 0);
                ck_assert_int_eq(keeper_socket_close(&c, USER, ends[0]), -EBADF);
                ck_assert_uint_eq(closings_count(&c, USER), 0);
                /* A sender who comes too late is told so. */
                ck_assert_int_eq(send(ends[1], "x", 1, MSG_NOSIGNAL), -1);
                close(ends[1]);
        }
        fd = memfd_create("file", MFD_CLOEXEC);
        ck_assert_int_eq(keeper_socket_close(&c, USER, fd), -EBADF);
        ck_assert_int_eq(keeper_socket_close(&c, USER, -EBADF), -EBADF);
        ck_assert_uint_eq(closings_count(&c, USER), 0);
        ck_assert_uint_eq(count_fds(), before);
        closings_done(&c);
}
END_TEST

TEST_MAIN(messages_name_their_sender, descriptors_are_never_taken, refused_by_the_kernel_if_it_can,
        closing_would_wait, what_lingers_is_closed_by_a_thread, what_is_harmless_is_closed_at_once);
