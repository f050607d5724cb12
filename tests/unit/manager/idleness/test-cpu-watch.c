/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a session used CPU time last, by a counter that is looked at now and then. */

#include "manager/base/cgroup.h"
#include "manager/idleness/cpu-watch.h"
#include "tests/unit/test-main.h"

#define S           USEC_PER_SEC
#define REALTIME    (1000000 * S)
#define NSEC_OF(ms) ((uint64_t) (ms) *1000000)

/* A session that started at second 100 of this boot. */
static CpuWatch begun(void) {
        return (CpuWatch){ .begin = 100 * S };
}

/* Looks when the session is so old, in seconds, and has used so much, in ms. */
static bool look(CpuWatch *w, uint64_t age, uint64_t ms) {
        return cpu_watch_observe(w, NSEC_OF(ms), (100 + age) * S, REALTIME + age * S);
}

TEST(little_in_a_minute_is_nothing) {
        CpuWatch w = begun();

        ck_assert(!look(&w, 30, 590));
        ck_assert_uint_eq(w.last, 0);
        ck_assert(look(&w, 60, 590));
        ck_assert_uint_eq(w.last, 0);
        /* Another window. */
        ck_assert(look(&w, 120, 1180));
        ck_assert_uint_eq(w.last, 0);
}

TEST(enough_counts_at_once) {
        CpuWatch w = begun();

        ck_assert(look(&w, 1, 600));
        ck_assert_uint_eq(w.last, REALTIME + 1 * S);
        ck_assert(look(&w, 2, 1200));
        ck_assert_uint_eq(w.last, REALTIME + 2 * S);
}

TEST(questions_do_not_make_it_idle) {
        CpuWatch w = begun();

        /* 2 % of a CPU, looked at every 2 s: no look sees enough, but what is not enough yet adds up. */
        for (uint64_t age = 2; age <= 600; age += 2)
                (void) look(&w, age, age * 20);
        ck_assert_uint_ge(w.last, REALTIME + 560 * S);
}

TEST(noise_of_a_long_window_is_nothing) {
        CpuWatch w = begun();

        ck_assert(look(&w, 900, 900 * 2)); /* 2 ms a second for 15 minutes: top */
        ck_assert_uint_eq(w.last, 0);
        ck_assert(look(&w, 1800, 1800 + 3000));
        ck_assert_uint_eq(w.last, REALTIME + 1800 * S);
}

TEST(another_scope_begins_at_nothing) {
        CpuWatch w = begun();

        ck_assert(look(&w, 10, 100000));
        ck_assert(!look(&w, 20, 100)); /* restarted */
        ck_assert_uint_eq(w.last, REALTIME + 10 * S);
        ck_assert(look(&w, 30, 700));
        ck_assert_uint_eq(w.last, REALTIME + 30 * S);
}

TEST(what_is_not_known_changes_nothing) {
        CpuWatch w = begun(), before = w;

        ck_assert(!cpu_watch_observe(&w, USAGE_UNKNOWN, 500 * S, REALTIME));
        ck_assert_mem_eq(&w, &before, sizeof(w));
}

/* By a manager that found it: what it used before is not counted. */
TEST(first_look_only_begins) {
        CpuWatch w = { .last = REALTIME };

        ck_assert(cpu_watch_observe(&w, NSEC_OF(1000000), 500 * S, REALTIME + 9 * S));
        ck_assert_uint_eq(w.last, REALTIME);
        ck_assert_uint_eq(w.begin, 500 * S);
}

TEST(looks_become_rare) {
        CpuWatch w = begun();
        usec_t now = 100 * S, realtime = REALTIME;
        unsigned looks = 0;

        w.last = realtime;
        ck_assert_uint_eq(cpu_watch_due(&w, now, realtime), 160 * S);
        while (realtime < REALTIME + USEC_PER_DAY) {
                usec_t due = cpu_watch_due(&w, now, realtime);

                ck_assert_uint_ge(due, now + CPU_WATCH_WINDOW_USEC);
                ck_assert_uint_le(due, now + CPU_WATCH_WINDOW_MAX);
                realtime += due - now;
                now = due;
                (void) cpu_watch_observe(&w, 0, now, realtime);
                looks++;
        }
        ck_assert_uint_le(looks, 4 * 24 + 20);
        /* Nobody can say what it uses: it is not asked at every turn. */
        w = (CpuWatch){ .looked = now };
        ck_assert_uint_ge(cpu_watch_due(&w, now, realtime), now + CPU_WATCH_WINDOW_USEC);
}

TEST_MAIN(little_in_a_minute_is_nothing, enough_counts_at_once, questions_do_not_make_it_idle,
        noise_of_a_long_window_is_nothing, another_scope_begins_at_nothing,
        what_is_not_known_changes_nothing, first_look_only_begins, looks_become_rare);
