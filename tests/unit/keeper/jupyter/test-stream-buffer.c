/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading from streams, with readers that are killed at any moment. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/jupyter/stream-buffer.h"
#include "tests/unit/test-main.h"

#define BUFFER_MAX (64U * 1024U)

static void make_pipe(int fds[2]) {
        ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
}

static void make_socket(int fds[2]) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
}

TEST(reads_and_skips) {
        for (int sockets = 0; sockets < 2; sockets++) {
                _cleanup_stream_buffer_ StreamBuffer *b = NULL;
                const uint8_t *data;
                size_t size;
                int fds[2];

                (sockets ? make_socket : make_pipe)(fds);
                ck_assert_int_eq(stream_buffer_new(BUFFER_MAX, &b), 0);
                ck_assert_int_eq(stream_buffer_read(b, fds[0]), -EAGAIN);
                ck_assert_int_eq(write(fds[1], "hello world", 11), 11);
                ck_assert_int_eq(stream_buffer_read(b, fds[0]), 11);
                data = stream_buffer_data(b, &size);
                ck_assert_uint_eq(size, 11);
                ck_assert_mem_eq(data, "hello world", 11);
                stream_buffer_skip(b, 6, false);
                data = stream_buffer_data(b, &size);
                ck_assert_uint_eq(size, 5);
                ck_assert_mem_eq(data, "world", 5);
                ck_assert_uint_eq(stream_buffer_position(b), 6);

                /* More than there is: it is skipped when it comes. */
                stream_buffer_skip(b, 7, true);
                ck_assert(stream_buffer_mark(b));
                (void) stream_buffer_data(b, &size);
                ck_assert_uint_eq(size, 0);
                ck_assert_int_eq(write(fds[1], "abcd", 4), 4);
                ck_assert_int_eq(stream_buffer_read(b, fds[0]), 4);
                data = stream_buffer_data(b, &size);
                ck_assert_uint_eq(size, 2);
                ck_assert_mem_eq(data, "cd", 2);

                ck_assert_int_eq(write(fds[1], "e", 1), 1);
                stream_buffer_clear(b);
                ck_assert(!stream_buffer_mark(b));
                ck_assert_uint_eq(stream_buffer_position(b), 15);
                close(fds[1]);
                ck_assert_int_eq(stream_buffer_read(b, fds[0]), 1);
                ck_assert_int_eq(stream_buffer_read(b, fds[0]), 0);
                close(fds[0]);
        }
}
END_TEST

TEST(holds_what_it_promises) {
        _cleanup_stream_buffer_ StreamBuffer *b = NULL;
        _cleanup_free_ uint8_t *text = malloc(BUFFER_MAX);
        size_t size = 0;
        ssize_t n;
        int fds[2];

        make_socket(fds);
        ck_assert_int_eq(stream_buffer_new(BUFFER_MAX, &b), 0);
        /* Wherever the first byte is, so many lie in a row. */
        for (unsigned round = 0; round < 50; round++) {
                const uint8_t *data;

                for (size_t i = 0; i < BUFFER_MAX; i++)
                        text[i] = (uint8_t) (i * 7 + round);
                for (size_t sent = 0; size < BUFFER_MAX;) {
                        n = send(fds[1], text + sent, MIN(BUFFER_MAX - sent, (size_t) 1000 + round), 0);
                        if (n > 0)
                                sent += (size_t) n;
                        n = stream_buffer_read(b, fds[0]);
                        ck_assert(n > 0);
                        (void) stream_buffer_data(b, &size);
                }
                data = stream_buffer_data(b, &size);
                ck_assert_mem_eq(data, text, BUFFER_MAX);
                stream_buffer_skip(b, BUFFER_MAX - round, false);
                data = stream_buffer_data(b, &size);
                ck_assert_uint_eq(size, round);
                stream_buffer_skip(b, round, false);
                size = 0;
        }
        for (;;) {
                (void) send(fds[1], text, BUFFER_MAX, 0);
                n = stream_buffer_read(b, fds[0]);
                if (n < 0)
                        break;
        }
        ck_assert_int_eq((int) n, -ENOBUFS);
        (void) stream_buffer_data(b, &size);
        ck_assert_uint_ge(size, BUFFER_MAX);
        close(fds[0]);
        close(fds[1]);
}
END_TEST

/* What byte n of the stream is; never 0, which only sockets can bring through a kill. */
static uint8_t byte_at(uint64_t n) {
        return (uint8_t) ((n * UINT64_C(0x9e3779b97f4a7c15) >> 56) | 1);
}

static _Noreturn void run_writer(int fd) {
        uint8_t chunk[3000];
        uint64_t position = 0;

        for (;;) {
                ssize_t n;

                for (size_t i = 0; i < sizeof(chunk); i++)
                        chunk[i] = byte_at(position + i);
                n = write(fd, chunk, sizeof(chunk));
                if (n < 0)
                        _exit(0);
                position += (uint64_t) n;
        }
}

/* Takes the buffer up, and uses what comes until it is killed: the position in the stream is checked with
 * each byte. */
static _Noreturn void run_reader(int memfd, int fd) {
        StreamBuffer *b = NULL;

        if (stream_buffer_adopt(dup(memfd), BUFFER_MAX, &b) < 0)
                _exit(1);
        for (;;) {
                struct pollfd p = { .fd = fd, .events = POLLIN };
                uint64_t position = stream_buffer_position(b);
                size_t size;
                const uint8_t *data = stream_buffer_data(b, &size);

                for (size_t i = 0; i < size; i++)
                        if (data[i] != byte_at(position + i))
                                _exit(2);
                stream_buffer_skip(b, size - size / 3, false);
                if (stream_buffer_read(b, fd) == -EAGAIN)
                        (void) poll(&p, 1, 1000);
        }
}

static void kill_readers(void (*make)(int fds[2])) {
        StreamBuffer *b = NULL;
        pid_t writer, reader;
        int fds[2], status;
        uint64_t position = 0;

        make(fds);
        ck_assert_int_eq(fcntl(fds[1], F_SETFL, 0), 0);
        writer = fork();
        if (writer == 0)
                run_writer(fds[1]);
        ck_assert_int_eq(stream_buffer_new(BUFFER_MAX, &b), 0);
        for (unsigned i = 0; i < 200; i++) {
                reader = fork();
                if (reader == 0)
                        run_reader(stream_buffer_fd(b), fds[0]);
                /* Until it did something; at another moment each time. */
                for (unsigned turns = 0; turns < 1000 && stream_buffer_position(b) < position + 1 + i * 37;
                        turns++)
                        (void) poll(NULL, 0, 1);
                position = stream_buffer_position(b);
                ck_assert_int_eq(kill(reader, SIGKILL), 0);
                ck_assert_int_eq(waitpid(reader, &status, 0), reader);
                ck_assert_msg(WIFSIGNALED(status), "reader %u saw another stream: %d", i, status);
        }
        ck_assert_uint_gt(position, 100000);
        ck_assert_int_eq(kill(writer, SIGKILL), 0);
        ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
        stream_buffer_free(b);
}

TEST(killed_at_any_moment_with_a_socket) {
        kill_readers(make_socket);
}
END_TEST

TEST(killed_at_any_moment_with_a_pipe) {
        kill_readers(make_pipe);
}
END_TEST

TEST(refuses_what_is_none) {
        StreamBuffer *b = NULL;
        int fd = memfd_create("x", MFD_CLOEXEC);

        ck_assert_int_eq(stream_buffer_adopt(fd, BUFFER_MAX, &b), -EBADMSG);
        ck_assert_int_eq(ftruncate(fd, 4096 + 2 * BUFFER_MAX + 65536), 0);
        ck_assert_int_eq(stream_buffer_adopt(fd, BUFFER_MAX, &b), -EBADMSG);
        close(fd);
        ck_assert_int_eq(stream_buffer_new(BUFFER_MAX, &b), 0);
        fd = dup(stream_buffer_fd(b));
        stream_buffer_free(b);
        ck_assert_int_eq(stream_buffer_adopt(fd, BUFFER_MAX / 2, &b), -EBADMSG);
        /* A keeper of an earlier version may have had a smaller one. */
        ck_assert_int_eq(stream_buffer_adopt(fd, 2 * BUFFER_MAX, &b), 0);
        ck_assert_uint_eq(stream_buffer_max(b), BUFFER_MAX);
        stream_buffer_release(b);
        stream_buffer_free(b);
        ck_assert_int_eq(close(fd), 0);
}
END_TEST

TEST_MAIN(reads_and_skips, holds_what_it_promises, killed_at_any_moment_with_a_socket,
        killed_at_any_moment_with_a_pipe, refuses_what_is_none);
