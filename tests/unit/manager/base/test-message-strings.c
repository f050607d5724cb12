/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Arrays of strings from callers: all of them, none, one too many, and very many in no time. */

#include "manager/base/message-strings.h"
#include "shared/strv.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

static sd_bus_message *make(size_t n) {
        sd_bus_message *message = message_new();

        ck_assert_int_ge(sd_bus_message_open_container(message, 'a', "s"), 0);
        for (size_t i = 0; i < n; i++)
                ck_assert_int_ge(sd_bus_message_append(message, "s", "x"), 0);
        ck_assert_int_ge(sd_bus_message_close_container(message), 0);
        return message_seal(message);
}

static void check(size_t n, size_t max, int expected) {
        _cleanup_strv_ char **strv = NULL;
        sd_bus_message *message = make(n);

        ck_assert_int_eq(message_read_strings(message, max, &strv), expected);
        ck_assert_uint_eq(strv_length(strv), expected < 0 ? 0 : n);
        sd_bus_message_unref(message);
}

TEST(reads_up_to_the_limit) {
        check(0, 0, 0);
        check(1, 1, 0);
        check(100, 100, 0);
        check(1, 0, -E2BIG);
        check(101, 100, -E2BIG);
        check(100000, 10, -E2BIG);
        check(100000, 100000, 0);
        message_bus_done();
}

TEST_MAIN(reads_up_to_the_limit);
