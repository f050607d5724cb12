/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which sessions nobody uses. */

#include "manager/idleness/unused.h"
#include "tests/unit/test-main.h"

#define NOW (1000000 * USEC_PER_HOUR)

static char why[UNUSED_WHY_SIZE];

static bool decide(usec_t idle, IdleReason reason, unsigned clients) {
        const Idleness idleness = { .since = idle > 0 ? NOW - idle : 0, .reason = reason };

        return unused_decide(&idleness, clients, 2 * USEC_PER_HOUR, NOW, why);
}

TEST(idle_for_long_and_alone) {
        ck_assert(decide(3 * USEC_PER_HOUR, IDLE_REASON_NO_ACTIVITY, 0));
        ck_assert_str_eq(why, "idle for 3h");
        ck_assert(decide(2 * USEC_PER_HOUR, IDLE_REASON_WAITING_FOR_INPUT, 0));
        ck_assert_str_eq(why, "idle for 2h, waiting for input");
        ck_assert(decide(2 * USEC_PER_HOUR, IDLE_REASON_FROZEN, 0));
        ck_assert_str_eq(why, "idle for 2h, frozen");
}

TEST(all_others_are_kept) {
        ck_assert(!decide(2 * USEC_PER_HOUR - 1, IDLE_REASON_NO_ACTIVITY, 0));
        ck_assert_str_eq(why, "idle for only 1h 59min");
        ck_assert(!decide(3 * USEC_PER_HOUR, IDLE_REASON_NO_ACTIVITY, 1));
        ck_assert_str_eq(why, "1 client is attached");
        ck_assert(!decide(3 * USEC_PER_HOUR, IDLE_REASON_NO_ACTIVITY, 2));
        ck_assert_str_eq(why, "2 clients are attached");
}

TEST(what_is_not_idle_is_kept) {
        for (IdleReason reason = IDLE_REASON_CHANGING; reason <= IDLE_REASON_NEW; reason++) {
                ck_assert(!decide(0, reason, 0));
                ck_assert_int_gt(strlen(why), 5);
        }
        ck_assert(!decide(0, IDLE_REASON_BUSY, 0));
        ck_assert_str_eq(why, "its kernel is busy");
}

TEST_MAIN(idle_for_long_and_alone, all_others_are_kept, what_is_not_idle_is_kept);
