/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The message codec: over real sockets, with descriptors and credentials, and against hostile bytes. */

#include <endian.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "shared/strv.h"
#include "shared/wire.h"
#include "tests/unit/test-main.h"

static uint8_t buffer[WIRE_MESSAGE_MAX];

static void make_pair(int ret[2]) {
        int on = 1;

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret), 0);
        ck_assert_int_eq(setsockopt(ret[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
}

static size_t count_descriptors(void) {
        size_t n = 0;

        for (int fd = 0; fd < 256; fd++)
                n += fcntl(fd, F_GETFD) >= 0;
        return n;
}

/* Parses a copy that ends where the allocation ends, so that a sanitizer sees every byte read too many. */
static int parse_exactly(const void *data, size_t size) {
        _cleanup_free_ uint8_t *copy = malloc(size > 0 ? size : 1);
        WireMessage message;
        int r;

        memcpy(copy, data, size);
        r = wire_parse(copy, size, &message);
        if (r >= 0) {
                WireField field;

                while (wire_next(&message, &field) > 0) {
                        _cleanup_free_ char *s = NULL;
                        uint64_t number;

                        (void) wire_field_u64(&field, &number);
                        (void) wire_field_string(&field, &s);
                }
                ck_assert_uint_eq(message.size, 0);
        }
        return r;
}

TEST(round_trip) {
        static const char *const arguments[] = { "sh", "", "-c", NULL };
        _cleanup_strv_ char **strv = NULL;
        _cleanup_free_ char *text = NULL;
        WireAncillary ancillary;
        WireMessage message;
        WireField field;
        WireWriter w;
        uint64_t number;
        int pair[2];
        ssize_t n;

        make_pair(pair);
        wire_begin(&w, 7, 0xdeadbeef);
        wire_put_u64(&w, 1, UINT64_MAX - 1);
        wire_put_string(&w, 2, "Grüße");
        wire_put_strv(&w, 3, (char *const *) arguments);
        wire_put_strv(&w, 4, NULL);
        ck_assert_int_eq(wire_send(pair[0], &w, NULL, 0), 0);
        wire_writer_done(&w);

        n = wire_receive(pair[1], buffer, sizeof(buffer), &ancillary);
        ck_assert_int_gt(n, 0);
        ck_assert_int_eq(ancillary.credentials.pid, getpid());
        ck_assert_uint_eq(ancillary.credentials.uid, getuid());
        for (size_t i = 0; i < WIRE_FDS_MAX; i++)
                ck_assert_int_eq(ancillary.fds[i], -EBADF);

        ck_assert_int_eq(wire_parse(buffer, (size_t) n, &message), 0);
        ck_assert_uint_eq(message.opcode, 7);
        ck_assert_uint_eq(message.serial, 0xdeadbeef);
        ck_assert_int_eq(wire_next(&message, &field), 1);
        ck_assert_uint_eq(field.tag, 1);
        ck_assert_int_eq(wire_field_u64(&field, &number), 0);
        ck_assert_uint_eq(number, UINT64_MAX - 1);
        ck_assert_int_eq(wire_next(&message, &field), 1);
        ck_assert_uint_eq(field.tag, 2);
        ck_assert_int_eq(wire_field_u64(&field, &number), -EBADMSG);
        ck_assert_int_eq(wire_field_string(&field, &text), 0);
        ck_assert_str_eq(text, "Grüße");
        while (wire_next(&message, &field) > 0) {
                ck_assert_uint_eq(field.tag, 3);
                ck_assert_int_eq(wire_field_append(&field, &strv, 3), 0);
        }
        ck_assert_uint_eq(strv_length(strv), 3);
        for (size_t i = 0; i < 3; i++)
                ck_assert_str_eq(strv[i], arguments[i]);
}

TEST(layout_is_as_documented) {
        static const uint8_t expected[] = {
                1, 0, 7, 0, 4, 3, 2, 1,          /* version, opcode, serial */
                5, 0, 0, 0, 8, 0, 0, 0,          /* tag, zero, size */
                8, 7, 6, 5, 4, 3, 2, 1,          /* number */
                6, 1, 0, 0, 2, 0, 0, 0, 'h', 'i' /* tag, zero, size, string */
        };
        WireWriter w;

        wire_begin(&w, 7, 0x01020304);
        wire_put_u64(&w, 5, UINT64_C(0x0102030405060708));
        wire_put_string(&w, 0x106, "hi");
        ck_assert_uint_eq(w.size, sizeof(expected));
        ck_assert_mem_eq(w.data, expected, sizeof(expected));
        wire_writer_done(&w);
        ck_assert_ptr_null(w.data);
}

TEST(passes_descriptors) {
        WireAncillary ancillary;
        int pair[2], pipes[WIRE_FDS_MAX][2], fds[WIRE_FDS_MAX];
        WireWriter w;
        char byte;

        make_pair(pair);
        for (size_t i = 0; i < WIRE_FDS_MAX; i++) {
                ck_assert_int_eq(pipe(pipes[i]), 0);
                fds[i] = pipes[i][0];
                ck_assert_int_eq(write(pipes[i][1], &(char){ (char) ('a' + i) }, 1), 1);
        }
        wire_begin(&w, 1, 1);
        ck_assert_int_eq(wire_send(pair[0], &w, fds, WIRE_FDS_MAX), 0);
        ck_assert_int_eq(wire_send(pair[0], &w, fds + 1, 1), 0);
        wire_writer_done(&w);

        ck_assert_int_gt(wire_receive(pair[1], buffer, sizeof(buffer), &ancillary), 0);
        for (size_t i = 0; i < WIRE_FDS_MAX; i++) {
                ck_assert_int_eq(fcntl(ancillary.fds[i], F_GETFD), FD_CLOEXEC);
                ck_assert_int_eq(read(ancillary.fds[i], &byte, 1), 1);
                ck_assert_int_eq(byte, 'a' + (int) i);
        }
        wire_ancillary_done(&ancillary);
        ck_assert_int_eq(ancillary.fds[0], -EBADF);
        wire_ancillary_done(&ancillary);

        ck_assert_int_gt(wire_receive(pair[1], buffer, sizeof(buffer), &ancillary), 0);
        ck_assert_int_ge(ancillary.fds[0], 0);
        for (size_t i = 1; i < WIRE_FDS_MAX; i++)
                ck_assert_int_eq(ancillary.fds[i], -EBADF);
        wire_ancillary_done(&ancillary);
}

static void send_raw(int fd, const void *data, size_t size, size_t n_fds) {
        struct iovec iov = { .iov_base = (void *) data, .iov_len = size };
        struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(int) * 64)];
        } control = {};

        ck_assert_uint_le(n_fds, 64);
        if (n_fds > 0) {
                header.msg_control = &control;
                header.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
                control.header.cmsg_level = SOL_SOCKET;
                control.header.cmsg_type = SCM_RIGHTS;
                control.header.cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
                for (size_t i = 0; i < n_fds; i++)
                        memcpy(CMSG_DATA(&control.header) + i * sizeof(int), &fd, sizeof(int));
        }
        ck_assert_int_eq(sendmsg(fd, &header, 0), (ssize_t) size);
}

/* With and without room taken by credentials: the kernel hands over as many as fit, and none may stay
 * open. */
TEST(refuses_too_many_descriptors) {
        static const size_t numbers[] = { WIRE_FDS_MAX + 1, WIRE_FDS_MAX + 4, 12, 13, 64 };

        for (int with_credentials = 0; with_credentials < 2; with_credentials++)
                for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                        WireAncillary ancillary;
                        size_t before;
                        int pair[2];

                        make_pair(pair);
                        ck_assert_int_eq(
                                setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &with_credentials, sizeof(int)),
                                0);
                        before = count_descriptors();
                        send_raw(pair[0], "12345678", 8, numbers[i]);
                        ck_assert_int_eq(
                                wire_receive(pair[1], buffer, sizeof(buffer), &ancillary), -EBADMSG);
                        ck_assert_uint_eq(count_descriptors(), before);
                        ck_assert_int_eq(ancillary.fds[0], -EBADF);
                }
}

TEST(refuses_larger_packets_than_the_buffer) {
        static const uint8_t zeros[64];
        WireAncillary ancillary;
        size_t before;
        int pair[2];

        make_pair(pair);
        before = count_descriptors();
        send_raw(pair[0], zeros, 33, 2);
        send_raw(pair[0], zeros, 32, 0);
        ck_assert_int_eq(wire_receive(pair[1], buffer, 32, &ancillary), -EBADMSG);
        ck_assert_uint_eq(count_descriptors(), before);
        ck_assert_int_eq(wire_receive(pair[1], buffer, 32, &ancillary), 32);
}

TEST(nothing_there_and_end_of_stream) {
        WireAncillary ancillary;
        WireWriter w;
        int pair[2];

        make_pair(pair);
        ck_assert_int_eq(wire_receive(pair[1], buffer, sizeof(buffer), &ancillary), -EAGAIN);
        ck_assert_int_eq(ancillary.fds[0], -EBADF);
        (void) safe_close(pair[0]);
        ck_assert_int_eq(wire_receive(pair[1], buffer, sizeof(buffer), &ancillary), 0);

        wire_begin(&w, 1, 1);
        ck_assert_int_eq(wire_send(pair[1], &w, NULL, 0), -EPIPE);
        wire_writer_done(&w);
}

/* An empty packet reads as the end of the stream, but may bring descriptors: they are the receiver's to
 * close. */
TEST(empty_packet_may_bring_descriptors) {
        WireAncillary ancillary;
        size_t before;
        int pair[2];

        make_pair(pair);
        before = count_descriptors();
        send_raw(pair[0], "", 0, 2);
        ck_assert_int_eq(wire_receive(pair[1], buffer, sizeof(buffer), &ancillary), 0);
        wire_ancillary_done(&ancillary);
        ck_assert_uint_eq(count_descriptors(), before);
}

TEST(full_queue_does_not_block) {
        _cleanup_free_ char *text = malloc(100001);
        WireWriter w;
        int pair[2], r = 0;

        memset(text, 'x', 100000);
        text[100000] = 0;
        make_pair(pair);
        wire_begin(&w, 1, 1);
        wire_put_string(&w, 1, text);
        for (size_t i = 0; i < 10000 && r == 0; i++)
                r = wire_send(pair[0], &w, NULL, 0);
        ck_assert_int_eq(r, -EAGAIN);
        wire_writer_done(&w);
}

static void put_long_string(WireWriter *w, size_t length) {
        _cleanup_free_ char *text = malloc(length + 1);

        memset(text, 'x', length);
        text[length] = 0;
        wire_put_string(w, 1, text);
}

TEST(largest_message_passes) {
        WireAncillary ancillary;
        WireMessage message;
        WireWriter w;
        int pair[2];

        make_pair(pair);
        wire_begin(&w, 1, 1);
        put_long_string(&w, WIRE_MESSAGE_MAX - WIRE_HEADER_SIZE - WIRE_FIELD_SIZE);
        ck_assert_int_eq(w.error, 0);
        ck_assert_uint_eq(w.size, WIRE_MESSAGE_MAX);
        ck_assert_int_eq(wire_send(pair[0], &w, NULL, 0), 0);
        wire_writer_done(&w);
        ck_assert_int_eq(wire_receive(pair[1], buffer, sizeof(buffer), &ancillary), WIRE_MESSAGE_MAX);
        ck_assert_int_eq(wire_parse(buffer, WIRE_MESSAGE_MAX, &message), 0);
}

TEST(too_large_messages_are_not_sent) {
        static const size_t lengths[] = { WIRE_MESSAGE_MAX - WIRE_HEADER_SIZE - WIRE_FIELD_SIZE + 1,
                WIRE_MESSAGE_MAX, WIRE_MESSAGE_MAX + 1, 4 * WIRE_MESSAGE_MAX };

        for (size_t i = 0; i < ELEMENTSOF(lengths); i++) {
                WireWriter w;
                int pair[2];

                make_pair(pair);
                wire_begin(&w, 1, 1);
                put_long_string(&w, lengths[i]);
                wire_put_u64(&w, 2, 2); /* does not make it good again */
                ck_assert_int_eq(w.error, -EMSGSIZE);
                ck_assert_int_eq(wire_send(pair[0], &w, NULL, 0), -EMSGSIZE);
                wire_writer_done(&w);
        }
}

TEST(first_error_sticks) {
        WireWriter w;

        wire_begin(&w, 1, 1);
        wire_put_string(&w, 1, NULL);
        put_long_string(&w, 2 * WIRE_MESSAGE_MAX);
        wire_put_u64(&w, 1, 1);
        ck_assert_int_eq(w.error, -EINVAL);
        ck_assert_int_eq(wire_send(-1, &w, NULL, 0), -EINVAL);
        wire_writer_done(&w);
}

TEST(every_truncation_is_refused) {
        WireWriter w;

        wire_begin(&w, 1, 1);
        wire_put_u64(&w, 1, 1);
        wire_put_string(&w, 2, "text");
        for (size_t size = 0; size < w.size; size++) {
                bool at_field = size == WIRE_HEADER_SIZE || size == WIRE_HEADER_SIZE + WIRE_FIELD_SIZE + 8;

                ck_assert_msg(
                        parse_exactly(w.data, size) == (at_field ? 0 : -EBADMSG), "at %zu bytes", size);
        }
        ck_assert_int_eq(parse_exactly(w.data, w.size), 0);
        wire_writer_done(&w);
}

/* Every byte of a message, set to every value: parsed or refused, never read beyond. */
TEST(every_changed_byte_is_survived) {
        WireWriter w;

        wire_begin(&w, 1, 1);
        wire_put_u64(&w, 1, 1);
        wire_put_string(&w, 2, "text");
        for (size_t i = 0; i < w.size; i++) {
                uint8_t before = w.data[i];

                for (unsigned value = 0; value < 256; value++) {
                        int r;

                        w.data[i] = (uint8_t) value;
                        r = parse_exactly(w.data, w.size);
                        ck_assert(r == 0 || r == -EBADMSG || r == -EPROTONOSUPPORT);
                }
                w.data[i] = before;
        }
        wire_writer_done(&w);
}

TEST(hostile_structure_is_refused) {
        static const struct {
                uint8_t bytes[24];
                size_t size;
                int expected;
        } messages[] = {
                { { 1, 0, 1 }, 8, 0 },
                { { 0, 0, 1 }, 8, -EPROTONOSUPPORT },
                { { 2, 0, 1 }, 8, -EPROTONOSUPPORT },
                { { 0, 1, 1 }, 8, -EPROTONOSUPPORT },
                { { 1, 0, 1 }, 7, -EBADMSG },
                { { 1, 0, 1 }, 9, -EBADMSG },
                { { 1, 0, 1, [8] = 1, [12] = 0xff, 0xff, 0xff, 0xff }, 24, -EBADMSG },
                { { 1, 0, 1, [8] = 1, [12] = 0xf8, 0xff, 0xff, 0xff }, 16, -EBADMSG },
                { { 1, 0, 1, [8] = 1, [12] = 9 }, 24, -EBADMSG },
                { { 1, 0, 1, [8] = 1, [10] = 1, [12] = 8 }, 24, -EBADMSG },
                { { 1, 0, 1, [8] = 1, [12] = 8 }, 24, 0 },
        };
        static const uint8_t zeros[WIRE_MESSAGE_MAX + 1] = { 1 };

        for (size_t i = 0; i < ELEMENTSOF(messages); i++)
                ck_assert_msg(parse_exactly(messages[i].bytes, messages[i].size) == messages[i].expected,
                        "number %zu", i);
        ck_assert_int_eq(parse_exactly(zeros, WIRE_MESSAGE_MAX), 0);
        ck_assert_int_eq(parse_exactly(zeros, WIRE_MESSAGE_MAX + 1), -EBADMSG);
}

TEST(fields_of_the_wrong_kind_are_refused) {
        const WireField with_nul = { .tag = 1, .size = 3, .data = (const uint8_t *) "a\0b" };
        const WireField empty = { .tag = 1, .size = 0, .data = (const uint8_t *) "" };
        const WireField text = { .tag = 1, .size = 1, .data = (const uint8_t *) "x" };
        _cleanup_strv_ char **strv = NULL;
        _cleanup_free_ char *s = NULL;
        uint64_t number = 42;

        ck_assert_int_eq(wire_field_string(&with_nul, &s), -EBADMSG);
        ck_assert_ptr_null(s);
        ck_assert_int_eq(wire_field_u64(&with_nul, &number), -EBADMSG);
        ck_assert_int_eq(wire_field_u64(&empty, &number), -EBADMSG);
        ck_assert_uint_eq(number, 42);
        ck_assert_int_eq(wire_field_string(&empty, &s), 0);
        ck_assert_str_eq(s, "");

        ck_assert_int_eq(wire_field_append(&with_nul, &strv, 2), -EBADMSG);
        ck_assert_int_eq(wire_field_append(&text, &strv, 0), -E2BIG);
        ck_assert_int_eq(wire_field_append(&text, &strv, 2), 0);
        ck_assert_int_eq(wire_field_append(&empty, &strv, 2), 0);
        ck_assert_int_eq(wire_field_append(&text, &strv, 2), -E2BIG);
        ck_assert_uint_eq(strv_length(strv), 2);
}

TEST_MAIN(round_trip, layout_is_as_documented, passes_descriptors, refuses_too_many_descriptors,
        refuses_larger_packets_than_the_buffer, nothing_there_and_end_of_stream,
        empty_packet_may_bring_descriptors, full_queue_does_not_block, largest_message_passes,
        too_large_messages_are_not_sent, first_error_sticks, every_truncation_is_refused,
        every_changed_byte_is_survived, hostile_structure_is_refused, fields_of_the_wrong_kind_are_refused);
