/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether a kernel waits for input, by how often its main thread waits. */

#include "manager/idleness/input-watch.h"
#include "tests/unit/test-main.h"

#define S        USEC_PER_SEC
#define REALTIME (1000000 * S)

/* Looks 100 + so many seconds after boot, at a cell that began at second 90. */
static void look(InputWatch *w, uint64_t s, uint64_t switches, uint64_t cpu_ms) {
        input_watch_observe(w, switches, cpu_ms * 1000000, (10 + s) * S, (100 + s) * S, REALTIME + s * S);
}

TEST(a_wait_every_10_ms_is_input) {
        InputWatch w = {};

        look(&w, 0, 1000, 0);
        ck_assert_uint_eq(w.since, 0);
        look(&w, 1, 1096, 14); /* too early to tell */
        ck_assert_uint_eq(w.since, 0);
        look(&w, 10, 1960, 140);
        ck_assert_uint_eq(w.since, REALTIME);
        look(&w, 20, 2920, 280);
        ck_assert_uint_eq(w.since, REALTIME); /* still the same */
}

TEST(all_else_is_not) {
        static const struct {
                uint64_t switches, cpu_ms;
        } others[] = {
                { 0, 0 },      /* asleep */
                { 10, 10000 }, /* computes */
                { 960, 4000 }, /* waits, but works between */
                { 2000, 100 }, /* asks more often */
                { 100, 10 },   /* looks for something ten times a second */
        };

        for (size_t i = 0; i < ELEMENTSOF(others); i++) {
                InputWatch w = {};

                look(&w, 0, 5000, 50);
                look(&w, 10, 5960, 190);
                ck_assert_uint_eq(w.since, REALTIME);
                look(&w, 20, 5960 + others[i].switches, 190 + others[i].cpu_ms);
                ck_assert_uint_eq(w.since, 0);
        }
}

TEST(what_was_before_the_cell_says_nothing) {
        InputWatch w = {};

        look(&w, 0, 1000, 0);
        input_watch_observe(&w, 1960, 0, 5 * S, 110 * S, REALTIME + 10 * S);
        ck_assert_uint_eq(w.since, 0);
        ck_assert_uint_eq(w.begin, 110 * S);
}

/* The kernel was started again: another thread, another scope. */
TEST(counters_that_fall_begin_anew) {
        InputWatch w = {};

        look(&w, 0, 1000, 1000);
        look(&w, 10, 960, 2000);
        ck_assert_uint_eq(w.since, 0);
        look(&w, 20, 1920, 100);
        ck_assert_uint_eq(w.since, 0);
        look(&w, 30, 2880, 200);
        ck_assert_uint_eq(w.since, REALTIME + 20 * S);
}

TEST_MAIN(a_wait_every_10_ms_is_input, all_else_is_not, what_was_before_the_cell_says_nothing,
        counters_that_fall_begin_anew);
