/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits on the command line: what is sent for them, and what is said to wrong ones. */

#include "ctl/options/limit-arguments.h"
#include "tests/unit/capture.h"
#include "tests/unit/message.h"
#include "tests/unit/test-main.h"

/* Makes a message of the assignments, to be read at its a{sv}. */
static sd_bus_message *make(const char *const *assignments) {
        sd_bus_message *m = message_new();

        ck_assert_int_eq(limit_assignments_check((char *const *) assignments), 0);
        ck_assert_int_ge(sd_bus_message_open_container(m, 'a', "{sv}"), 0);
        ck_assert_int_ge(append_limit_options(m, (char *const *) assignments), 0);
        ck_assert_int_ge(sd_bus_message_close_container(m), 0);
        (void) message_seal(m);
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "{sv}"), 0);
        return m;
}

static void check_value(sd_bus_message *m, const char *property, uint64_t expected) {
        const char *name;
        uint64_t value;

        ck_assert_int_gt(sd_bus_message_read(m, "{sv}", &name, "t", &value), 0);
        ck_assert_str_eq(name, property);
        ck_assert_uint_eq(value, expected);
}

TEST(sends_values_and_parts) {
        static const char *const assignments[] = { "MemoryMax=2G", "CPUQuota=50%", "CPUWeight=idle",
                "TasksMax=infinity", "IOWeight=", "MemoryHigh=25%", NULL };
        sd_bus_message *m = make(assignments);
        const char *name;
        uint32_t scale;

        check_value(m, "MemoryMax", UINT64_C(2) << 30);
        check_value(m, "CPUQuotaPerSecUSec", 500000);
        check_value(m, "CPUWeight", 0);
        check_value(m, "TasksMax", UINT64_MAX);
        check_value(m, "IOWeight", UINT64_MAX);
        ck_assert_int_gt(sd_bus_message_read(m, "{sv}", &name, "u", &scale), 0);
        ck_assert_str_eq(name, "MemoryHighScale");
        ck_assert_uint_eq(scale, UINT32_MAX / 4 + 1);
        ck_assert_int_eq(sd_bus_message_at_end(m, /* complete = */ false), 1);
        sd_bus_message_unref(m);
        m = make((const char *const[]){ NULL });
        ck_assert_int_eq(sd_bus_message_at_end(m, /* complete = */ false), 1);
        sd_bus_message_unref(m);
        message_bus_done();
}

TEST(says_what_is_wrong) {
        static const struct {
                const char *assignment, *says;
        } cases[] = {
                { "MemoryMax", "Expected LIMIT=VALUE, like MemoryMax=2G, not \"MemoryMax\"" },
                { "", "Expected LIMIT=VALUE" },
                { "=2G", "There is no limit \"\"" },
                { "MemoryLow=2G", "There is no limit \"MemoryLow\"; there are MemoryMax, MemoryHigh, " },
                { "CPUQuotaPerSecUSec=5", "CPUQuota, " },
                { "Memory\033Max=2G", "\"Memory?Max\"" },
                { "MemoryMax=lots", "Invalid value \"lots\" of MemoryMax=: expected a number of bytes" },
                { "CPUQuota=0%", "of CPUQuota=: expected a percentage of one CPU, at least 1%" },
                { "TasksMax=\033", "\"?\"" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const char *const assignments[] = { "MemoryMax=1", cases[i].assignment, NULL };
                Capture c;

                capture_begin(&c);
                ck_assert_int_eq(limit_assignments_check((char *const *) assignments), -EINVAL);
                (void) capture_end(&c);
                ck_assert_msg(strstr(c.text, cases[i].says), "says: %s", c.text);
        }
        ck_assert_int_eq(limit_assignments_check(NULL), 0);
}

TEST(finds_names) {
        static const char *const assignments[] = { "MemoryMax=1", "TasksMaximum=2", NULL };

        ck_assert(assignments_have((char *const *) assignments, "MemoryMax"));
        ck_assert(!assignments_have((char *const *) assignments, "Memory"));
        ck_assert(!assignments_have((char *const *) assignments, "TasksMax"));
        ck_assert(!assignments_have(NULL, "TasksMax"));
}

TEST_MAIN(sends_values_and_parts, says_what_is_wrong, finds_names);
