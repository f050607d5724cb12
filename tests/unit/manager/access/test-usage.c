/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The parts of usage that need no systemd: names, and what is unknown. */

#include "manager/access/usage.h"
#include "manager/base/cgroup.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/test-main.h"

TEST(counters_have_their_properties_names) {
        ck_assert_int_eq(usage_counter_from_string("MemoryCurrent"), USAGE_MEMORY);
        ck_assert_int_eq(usage_counter_from_string("CPUUsageNSec"), USAGE_CPU);
        ck_assert_int_eq(usage_counter_from_string("TasksCurrent"), USAGE_TASKS);
        ck_assert_int_eq(usage_counter_from_string("IOReadBytes"), USAGE_IO_READ);
        ck_assert_int_eq(usage_counter_from_string("IOWriteBytes"), USAGE_IO_WRITE);
        ck_assert_int_eq(usage_counter_from_string("Name"), USAGE_COUNTER_INVALID);
        ck_assert_int_eq(usage_counter_from_string(""), USAGE_COUNTER_INVALID);
}

TEST(nothing_is_known_at_first) {
        Usage usage;

        usage_init(&usage);
        for (UsageCounter counter = 0; counter < USAGE_COUNTER_MAX; counter++)
                ck_assert_uint_eq(usage.counters[counter], USAGE_UNKNOWN);
        ck_assert_uint_eq(usage.realtime, 0);
        ck_assert_uint_eq(usage.pending, 0);
}

/* Whoever asks about nothing, or about sessions that are not announced, has not to wait. */
TEST(nothing_to_ask_is_fresh) {
        Manager manager = { .runtime_fd = -EBADF };
        Session *s;

        usage_reader_init(&manager.usage);
        ck_assert_int_eq(usage_want(&manager, NULL), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 0, true, &s), 0);
        ck_assert_int_eq(usage_want(&manager, NULL), 0);
        ck_assert_int_eq(usage_want(&manager, s), 0);
        s->announced = true;
        s->usage.realtime = now_usec(CLOCK_REALTIME);
        s->usage.monotonic = now_usec(CLOCK_MONOTONIC);
        ck_assert_int_eq(usage_want(&manager, s), 0);
        session_free_all(&manager.sessions);
        usage_reader_done(&manager.usage);
}

TEST_MAIN(counters_have_their_properties_names, nothing_is_known_at_first, nothing_to_ask_is_fresh);
