/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Points in time as people type them. */

#include "ctl/text/since.h"
#include "tests/unit/test-main.h"

/* Thu 2024-10-24 10:00:00 UTC */
#define NOW      (UINT64_C(1729764000) * USEC_PER_SEC)
#define MIDNIGHT (NOW - 10 * USEC_PER_HOUR)

static void setup(void) {
        ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
        tzset();
}

TEST(times) {
        static const struct {
                const char *text;
                usec_t expected;
        } cases[] = {
                { "now", NOW },
                { "today", MIDNIGHT },
                { "yesterday", MIDNIGHT - USEC_PER_DAY },
                { "2h ago", NOW - 2 * USEC_PER_HOUR },
                { "-1h 30min", NOW - 90 * USEC_PER_MINUTE },
                { "@1729764000", NOW },
                { "2024-10-24", MIDNIGHT },
                { "2024-10-24 09:30", NOW - 30 * USEC_PER_MINUTE },
                { "2024-10-24 09:30:05", NOW - 30 * USEC_PER_MINUTE + 5 * USEC_PER_SEC },
                { "09:30", NOW - 30 * USEC_PER_MINUTE },
                { "09:30:05", NOW - 30 * USEC_PER_MINUTE + 5 * USEC_PER_SEC },
        };

        setup();
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                usec_t time;

                ck_assert_int_eq(since_parse(cases[i].text, NOW, &time), 0);
                ck_assert_uint_eq(time, cases[i].expected);
        }
}

TEST(not_times) {
        static const char *const wrong[] = { "", " ", "soon", "2h", "ago", " ago", "-", "@", "@x", "@-1",
                "@99999999999999999999", "2024-13-01", "2024-10-24 25:00", "10:00 x", "100000w ago",
                "infinity ago" };
        usec_t time = 7;

        setup();
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                ck_assert_int_eq(since_parse(wrong[i], NOW, &time), -EINVAL);
        ck_assert_uint_eq(time, 7);
}

TEST_MAIN(times, not_times);
