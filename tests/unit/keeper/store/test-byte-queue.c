/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bounded queue: order, bounds, and descriptors that take little at a time. */

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/store/byte-queue.h"
#include "tests/unit/test-main.h"

TEST(bound) {
        ByteQueue q = { .max = 10 };

        ck_assert_int_eq(byte_queue_append(&q, "12345678", 8), 0);
        ck_assert_int_eq(byte_queue_append(&q, "901", 3), -ENOBUFS);
        ck_assert_int_eq(byte_queue_append(&q, "90", 2), 0);
        ck_assert_int_eq(byte_queue_append(&q, "", 0), 0);
        ck_assert_int_eq(byte_queue_append(&q, "1", 1), -ENOBUFS);
        ck_assert_uint_eq(q.size, 10);
        byte_queue_clear(&q);
        ck_assert_uint_eq(q.max, 10);
        ck_assert_ptr_null(q.data);
}
END_TEST

/* A reader that takes odd amounts sees every byte once and in order. */
TEST(order) {
        ByteQueue q = { .max = 200000 };
        uint8_t next_in = 0, next_out = 0;
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        for (size_t round = 0; round < 300; round++) {
                uint8_t in[997], out[1009];
                ssize_t n;

                for (size_t i = 0; i < sizeof(in); i++)
                        in[i] = next_in++;
                ck_assert_int_eq(byte_queue_append(&q, in, sizeof(in)), 0);
                ck_assert_int_eq(byte_queue_write(&q, fds[0], /* is_socket= */ true), 0);
                n = recv(fds[1], out, round % 3 ? sizeof(out) : 5, 0);
                for (ssize_t i = 0; i < n; i++)
                        ck_assert_uint_eq(out[i], next_out++);
        }
        byte_queue_clear(&q);
}
END_TEST

TEST(broken) {
        ByteQueue q = { .max = 10 };
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        close(fds[1]);
        ck_assert_int_eq(byte_queue_append(&q, "x", 1), 0);
        /* And no SIGPIPE. */
        ck_assert_int_eq(byte_queue_write(&q, fds[0], /* is_socket= */ true), -EPIPE);
        byte_queue_clear(&q);
}
END_TEST

TEST(file) {
        ByteQueue q = { .max = 10 };
        char c;
        int fds[2];

        ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
        ck_assert_int_eq(byte_queue_append(&q, "x", 1), 0);
        ck_assert_int_eq(byte_queue_write(&q, fds[1], /* is_socket= */ false), 0);
        ck_assert_uint_eq(q.size, 0);
        ck_assert_int_eq(read(fds[0], &c, 1), 1);
}
END_TEST

TEST_MAIN(bound, order, broken, file);
