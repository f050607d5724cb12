/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An output log and a stream buffer, as an earlier keeper left them, with bytes of them changed: a keeper
 * refuses them, or can work with them.
 *
 * An input is a number of entries and pairs of bytes to append, then places (3 bytes) with what to put there
 * (1 byte). */

#include <sys/socket.h>
#include <unistd.h>

#include "keeper/jupyter/stream-buffer.h"
#include "keeper/outputs/output-log.h"

#define BUFFER_MAX 4096U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void append(OutputLog *log, size_t size) {
        static char text[65536];
        const struct iovec part = { text, MIN(size, sizeof(text)) };

        if (output_log_append(log, OUTPUT_ORIGIN_KEEPER, 0, &part, 1) < 0)
                abort();
}

/* Reads every byte; the numbers follow each other. */
static void walk(const OutputLog *log) {
        uint64_t last = 0;
        unsigned sum = 0;

        for (uint64_t p = output_log_begin(log); p < output_log_end(log);) {
                OutputEntry entry = output_log_get(log, p);

                if (entry.next <= p || (last > 0 && entry.seq != last + 1))
                        abort();
                for (size_t i = 0; i < entry.size; i++)
                        sum += (uint8_t) entry.text[i];
                last = entry.seq;
                p = entry.next;
        }
        if (last > 0 && output_log_next_seq(log) != last + 1)
                abort();
        (void) *(volatile unsigned *) &sum;
}

static void try_log(int fd) {
        OutputLog *log = NULL;

        if (output_log_adopt(dup(fd), &log) < 0)
                return;
        walk(log);
        (void) output_log_find(log, 3);
        for (size_t i = 0; i < 40; i++)
                append(log, i * 1500);
        walk(log);
        output_log_free(log);
}

static void try_buffer(int fd) {
        _cleanup_stream_buffer_ StreamBuffer *b = NULL;
        const uint8_t *data;
        unsigned sum = 0;
        size_t size;
        int fds[2];

        if (stream_buffer_adopt(dup(fd), BUFFER_MAX, &b) < 0)
                return;
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0 || write(fds[1], "some bytes", 10) != 10)
                abort();
        for (int i = 0; i < 2; i++) {
                data = stream_buffer_data(b, &size);
                for (size_t j = 0; j < size; j++)
                        sum += data[j];
                (void) stream_buffer_read(b, fds[0]);
                data = stream_buffer_data(b, &size);
                for (size_t j = 0; j < size; j++)
                        sum += data[j];
                if (i == 0)
                        stream_buffer_skip(b, size / 2, false);
        }
        stream_buffer_clear(b);
        (void) close(fds[0]);
        (void) close(fds[1]);
        (void) *(volatile unsigned *) &sum;
}

static void damage(int fd, const uint8_t *data, size_t size) {
        for (; size >= 4; data += 4, size -= 4) {
                /* Mostly where the headers are. */
                off_t where =
                        data[0] < 0xc0 ? data[2] % 128 : (data[0] & 0x3f) << 16 | data[1] << 8 | data[2];

                if (data[0] >= 0x60 && data[0] < 0xc0)
                        where += 4096;
                if (where < (off_t) OUTPUT_LOG_SIZE_MIN && pwrite(fd, data + 3, 1, where) != 1)
                        abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_output_log_ OutputLog *log = NULL;
        _cleanup_stream_buffer_ StreamBuffer *b = NULL;
        size_t n;
        int fds[2];

        if (size < 1 || output_log_new(0, &log) < 0 || stream_buffer_new(BUFFER_MAX, &b) < 0 ||
                socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
                return 0;
        n = MIN((size_t) data[0], (size - 1) / 2);
        for (size_t i = 0; i < n; i++)
                append(log, (size_t) data[1 + 2 * i] << 8 | data[2 + 2 * i]);
        if (write(fds[1], data, MIN(size, (size_t) 3000)) < 0 || stream_buffer_read(b, fds[0]) < 0)
                abort();
        stream_buffer_skip(b, n, n & 1);
        damage(output_log_fd(log), data + 1 + 2 * n, size - 1 - 2 * n);
        try_log(output_log_fd(log));
        damage(stream_buffer_fd(b), data + 1 + 2 * n, MIN(size - 1 - 2 * n, (size_t) 64));
        try_buffer(stream_buffer_fd(b));
        (void) close(fds[0]);
        (void) close(fds[1]);
        return 0;
}
