/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is found out about descriptors, and set on them. */

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/fd.h"
#include "tests/unit/test-main.h"

TEST(nonblocking) {
        char byte;
        int fds[2];

        ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
        ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_APPEND), 0);
        ck_assert_int_eq(fd_make_nonblocking(fds[0]), 0);
        ck_assert_int_eq(read(fds[0], &byte, 1), -1);
        ck_assert_int_eq(errno, EAGAIN);
        /* What was set before is kept. */
        ck_assert_int_ne(fcntl(fds[0], F_GETFL) & O_APPEND, 0);
        ck_assert_int_eq(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
        ck_assert_int_eq(fd_make_nonblocking(-EBADF), -EBADF);
        (void) close(fds[0]);
        (void) close(fds[1]);
}
END_TEST

TEST(kinds_of_sockets) {
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
        ck_assert_int_eq(fd_check_socket(fds[0], SOCK_SEQPACKET), 0);
        ck_assert_int_eq(fd_check_socket(fds[0], SOCK_STREAM), -EPROTOTYPE);
        (void) close(fds[0]);
        (void) close(fds[1]);
        ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
        ck_assert_int_eq(fd_check_socket(fds[0], SOCK_STREAM), -ENOTSOCK);
        (void) close(fds[0]);
        (void) close(fds[1]);
        ck_assert_int_eq(fd_check_socket(-EBADF, SOCK_STREAM), -EBADF);
}
END_TEST

TEST(files_take_the_descriptor) {
        char line[8];
        int fds[2];
        FILE *f;

        ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
        ck_assert_int_eq(write(fds[1], "line\n", 5), 5);
        f = fd_to_file(fds[0], "r");
        ck_assert_ptr_nonnull(f);
        ck_assert_str_eq(fgets(line, sizeof(line), f), "line\n");
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_int_eq(fcntl(fds[0], F_GETFD), -1);
        /* It is closed also when it fails, here as it is not for reading. */
        ck_assert_ptr_null(fd_to_file(fds[1], "r"));
        ck_assert_int_eq(errno, EINVAL);
        ck_assert_int_eq(fcntl(fds[1], F_GETFD), -1);
}
END_TEST

TEST_MAIN(nonblocking, kinds_of_sockets, files_take_the_descriptor);
