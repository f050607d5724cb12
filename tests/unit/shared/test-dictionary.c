/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Dictionaries of the bus: each entry is read or skipped, an error ends it, and what comes behind can be
 * read. */

#include "shared/dictionary.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

typedef struct Seen {
        uint32_t sum;
        int n;
} Seen;

static int read_number(sd_bus_message *m, const char *name, void *userdata) {
        Seen *seen = userdata;
        uint32_t number;
        int r;

        seen->n++;
        if (streq(name, "Refused"))
                return -EPERM;
        if (!streq(name, "Number"))
                return 0;
        r = sd_bus_message_read(m, "v", "u", &number);
        if (r >= 0)
                seen->sum += number;
        return r;
}

TEST(reads_and_skips) {
        sd_bus_message *m = message_make("a{sv}s", 4, "Number", "u", 3, "Text", "s", "four", "List", "as", 2,
                "a", "b", "Number", "u", 4, "behind");
        Seen seen = {};
        const char *behind;

        ck_assert_int_eq(dictionary_read(m, read_number, &seen), 0);
        ck_assert_int_eq(seen.n, 4);
        ck_assert_uint_eq(seen.sum, 7);
        ck_assert_int_gt(sd_bus_message_read(m, "s", &behind), 0);
        ck_assert_str_eq(behind, "behind");
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(an_empty_one_has_nothing) {
        sd_bus_message *m = message_make("a{sv}", 0);
        Seen seen = {};

        ck_assert_int_eq(dictionary_read(m, read_number, &seen), 0);
        ck_assert_int_eq(seen.n, 0);
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(an_error_ends_it) {
        sd_bus_message *refused = message_make("a{sv}", 2, "Refused", "u", 1, "Number", "u", 2);
        sd_bus_message *type = message_make("a{sv}", 1, "Number", "s", "2");
        sd_bus_message *other = message_make("as", 1, "Number");
        Seen seen = {};

        ck_assert_int_eq(dictionary_read(refused, read_number, &seen), -EPERM);
        ck_assert_int_eq(seen.n, 1);
        ck_assert_int_lt(dictionary_read(type, read_number, &seen), 0);
        ck_assert_int_lt(dictionary_read(other, read_number, &seen), 0);
        ck_assert_uint_eq(seen.sum, 0);
        sd_bus_message_unref(refused);
        sd_bus_message_unref(type);
        sd_bus_message_unref(other);
        message_bus_done();
}

TEST_MAIN(reads_and_skips, an_empty_one_has_nothing, an_error_ends_it);
