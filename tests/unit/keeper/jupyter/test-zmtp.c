/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bytes of ZMTP. */

#include "keeper/jupyter/zmtp.h"
#include "tests/unit/test-main.h"

TEST(greeting) {
        uint8_t g[ZMTP_GREETING_SIZE];

        zmtp_greeting_put(g);
        for (size_t i = 0; i < sizeof(g); i++)
                ck_assert_int_eq(zmtp_greeting_check(g, i), 0);
        ck_assert_int_eq(zmtp_greeting_check(g, sizeof(g)), 1);
        g[11] = 1; /* 3.1 */
        ck_assert_int_eq(zmtp_greeting_check(g, sizeof(g)), 1);
        memcpy(g + 12, "PLAIN", 5);
        ck_assert_int_eq(zmtp_greeting_check(g, sizeof(g)), -EPROTONOSUPPORT);
        zmtp_greeting_put(g);
        g[10] = 1;
        ck_assert_int_eq(zmtp_greeting_check(g, 11), -EPROTONOSUPPORT);
        ck_assert_int_eq(zmtp_greeting_check((const uint8_t *) "HTTP/1.1 400", 12), -EPROTO);
}
END_TEST

TEST(ready_command) {
        static const uint8_t expected[] = "\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03SUB";
        uint8_t ready[ZMTP_READY_SIZE_MAX];
        ZmtpFrame frame;
        size_t size;

        size = zmtp_ready_put(ready, "SUB");
        ck_assert_uint_eq(size, sizeof(expected) - 1);
        ck_assert_mem_eq(ready, expected, size);
        ck_assert_int_eq(zmtp_frame_read(ready, size, &frame), 1);
        ck_assert(frame.command);
        ck_assert_uint_eq(frame.header_size + frame.size, size);
        ck_assert(zmtp_command_is_ready(ready + 2, size - 2));
        ck_assert(!zmtp_command_is_ready((const uint8_t *) "\x05"
                                                           "ERROR",
                6));
        ck_assert(!zmtp_command_is_ready((const uint8_t *) "\x05READ", 5));
}
END_TEST

TEST(frames) {
        static const uint64_t sizes[] = { 0, 1, 255, 256, 65536, UINT64_C(200) * 1024 * 1024 };
        uint8_t header[ZMTP_FRAME_HEADER_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(sizes); i++)
                for (int more = 0; more < 2; more++) {
                        size_t n = zmtp_frame_put(header, sizes[i], more);
                        ZmtpFrame frame;

                        for (size_t j = 0; j < n; j++)
                                ck_assert_int_eq(zmtp_frame_read(header, j, &frame), 0);
                        ck_assert_int_eq(zmtp_frame_read(header, n, &frame), 1);
                        ck_assert_uint_eq(frame.header_size, n);
                        ck_assert_uint_eq(frame.size, sizes[i]);
                        ck_assert(frame.more == more);
                        ck_assert(!frame.command);
                }
}
END_TEST

TEST(bad_frames) {
        ZmtpFrame frame;

        ck_assert_int_eq(zmtp_frame_read((const uint8_t *) "\x08\0", 2, &frame), -EPROTO);
        ck_assert_int_eq(zmtp_frame_read((const uint8_t *) "\x05\0", 2, &frame), -EPROTO);
        ck_assert_int_eq(
                zmtp_frame_read((const uint8_t *) "\x02\xff\xff\xff\xff\xff\xff\xff\xff", 9, &frame),
                -EPROTO);
}
END_TEST

TEST_MAIN(greeting, ready_command, frames, bad_frames);
