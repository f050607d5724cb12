/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Options of calls: known ones are read, unknown ones and wrong types are named. */

#include "manager/access/call-options.h"
#include "shared/names.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

typedef struct Values {
        int follow;
        uint32_t lines;
        const char *policy;
} Values;

static const CallOption known[] = {
        { "Follow", "b", offsetof(Values, follow) },
        { "Lines", "u", offsetof(Values, lines) },
        { "Policy", "s", offsetof(Values, policy) },
        {},
};

static int read_all(sd_bus_message *call, Values *ret, const char *expected_error) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = call_options_read(call, known, ret, &error);
        ck_assert_int_eq(r < 0, expected_error != NULL);
        if (expected_error) {
                ck_assert_str_eq(error.name, expected_error);
                ck_assert_uint_gt(strlen(error.message), 20);
        }
        sd_bus_error_free(&error);
        return r;
}

TEST(reads_what_is_known) {
        sd_bus_message *call =
                message_make("a{sv}u", 3, "Lines", "u", 7, "Follow", "b", 1, "Policy", "s", "latest", 9);
        Values values = {};
        uint32_t next;

        ck_assert_int_ge(read_all(call, &values, NULL), 0);
        ck_assert_int_eq(values.follow, 1);
        ck_assert_uint_eq(values.lines, 7);
        ck_assert_str_eq(values.policy, "latest");
        ck_assert_int_gt(sd_bus_message_read(call, "u", &next), 0); /* what comes after them can be read */
        ck_assert_uint_eq(next, 9);
        sd_bus_message_unref(call);
        message_bus_done();
}

TEST(leaves_alone_what_is_not_said) {
        sd_bus_message *call = message_make("a{sv}", 0);
        Values values = { .lines = 5 };

        ck_assert_int_ge(read_all(call, &values, NULL), 0);
        ck_assert_uint_eq(values.lines, 5);
        sd_bus_message_unref(call);
        message_bus_done();
}

TEST(names_what_is_wrong) {
        sd_bus_message *unknown = message_make("a{sv}", 1, "follow", "b", 1);
        sd_bus_message *type = message_make("a{sv}", 1, "Lines", "s", "7");
        Values values = {};

        (void) read_all(unknown, &values, ERROR_UNKNOWN_OPTION);
        (void) read_all(type, &values, ERROR_INVALID_ARGUMENT);
        sd_bus_message_unref(unknown);
        sd_bus_message_unref(type);
        message_bus_done();
}

TEST_MAIN(reads_what_is_known, leaves_alone_what_is_not_said, names_what_is_wrong);
