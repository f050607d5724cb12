/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How large a message is: about what is on the wire, and no more is read than has to be. */

#include "manager/access/message-size.h"
#include "shared/macros.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

#define MAX_SIZE 4096

static size_t size_of(sd_bus_message *message) {
        size_t size = message_size(message, MAX_SIZE);

        sd_bus_message_unref(message);
        return size;
}

TEST(small_ones) {
        ck_assert_uint_eq(size_of(message_make("")), 0);
        ck_assert_uint_eq(size_of(message_make("u", 7)), 8);
        ck_assert_uint_eq(size_of(message_make("sog", "abc", "/d", "s")), 3 * 8 + 6);
        ck_assert_uint_eq(size_of(message_make("a{sv}", 1, "key", "s", "value")), 5 * 8 + 8);
        ck_assert_uint_eq(size_of(message_make("as", 2, "ab", "cd")), 3 * 8 + 4);
        ck_assert_uint_eq(size_of(message_make("(yd)", 1, 1.0)), 3 * 8);
        message_bus_done();
}

TEST(arguments_are_read_afterwards) {
        sd_bus_message *m = message_make("sa{sv}", "first", 1, "key", "u", UINT32_C(7));
        const char *s;

        ck_assert_uint_gt(message_size(m, MAX_SIZE), 0);
        ck_assert_int_gt(sd_bus_message_read(m, "s", &s), 0);
        ck_assert_str_eq(s, "first");
        ck_assert_uint_gt(message_size(m, 1), 1);
        ck_assert_int_gt(sd_bus_message_read(m, "s", &s), 0);
        ck_assert_str_eq(s, "first");
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(one_long_string) {
        char text[MAX_SIZE + 1] = {};

        memset(text, 'x', MAX_SIZE - 8);
        ck_assert_uint_eq(size_of(message_make("s", text)), MAX_SIZE);
        memset(text, 'x', MAX_SIZE);
        ck_assert_uint_gt(size_of(message_make("s", text)), MAX_SIZE);
        ck_assert_uint_gt(size_of(message_make("v", "as", 1, text)), MAX_SIZE);
        message_bus_done();
}

TEST(many_short_ones) {
        sd_bus_message *m = message_new();

        ck_assert_int_ge(sd_bus_message_open_container(m, 'a', "s"), 0);
        for (unsigned i = 0; i < MAX_SIZE; i++)
                ck_assert_int_ge(sd_bus_message_append(m, "s", ""), 0);
        ck_assert_int_ge(sd_bus_message_close_container(m), 0);
        ck_assert_uint_gt(size_of(message_seal(m)), MAX_SIZE);
        message_bus_done();
}

TEST(bytes) {
        static const uint8_t zeros[MAX_SIZE];
        sd_bus_message *m = message_new();

        ck_assert_int_ge(sd_bus_message_append_array(m, 'y', zeros, sizeof(zeros)), 0);
        ck_assert_uint_gt(size_of(message_seal(m)), MAX_SIZE);
        message_bus_done();
}

TEST(deep_ones) {
        enum {
                DEPTH = 30
        };
        sd_bus_message *m = message_new();

        for (unsigned i = 0; i < DEPTH; i++)
                ck_assert_int_ge(sd_bus_message_open_container(m, 'v', i + 1 < DEPTH ? "v" : "u"), 0);
        ck_assert_int_ge(sd_bus_message_append(m, "u", 1), 0);
        for (unsigned i = 0; i < DEPTH; i++)
                ck_assert_int_ge(sd_bus_message_close_container(m), 0);
        ck_assert_uint_eq(size_of(message_seal(m)), (DEPTH + 1) * 8);
        message_bus_done();
}

TEST_MAIN(small_ones, arguments_are_read_afterwards, one_long_string, many_short_ones, bytes, deep_ones);
