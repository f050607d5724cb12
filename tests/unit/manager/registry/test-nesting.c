/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who is shown in whom: in itself, in a ring of any length, and in none. */

#include "manager/base/cgroup.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/nesting.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/test-main.h"

#define N 100U

static Manager manager;
static Session *sessions[N + 1]; /* by number */

static void make_sessions(void) {
        for (uint64_t i = 1; i <= N; i++) {
                ck_assert_int_eq(
                        session_new(&manager, SESSION_TERMINAL, i, 1000, /* kept = */ true, &sessions[i]),
                        0);
                sessions[i]->announced = true;
        }
}

static void show(uint64_t shown, uint64_t within) {
        nesting_add(&sessions[shown]->nesting, within);
}

static bool is_circular(uint64_t shown, uint64_t within) {
        int r = nesting_is_circular(&manager.sessions, sessions[shown], sessions[within]);

        ck_assert_int_ge(r, 0);
        return r > 0;
}

TEST(in_itself) {
        make_sessions();
        ck_assert(is_circular(1, 1));
        ck_assert(!is_circular(1, 2));
        session_free_all(&manager.sessions);
}

TEST(crosswise) {
        make_sessions();
        show(1, 2);
        ck_assert(is_circular(2, 1));
        ck_assert(!is_circular(1, 2)); /* once more */
        ck_assert(!is_circular(3, 1));
        ck_assert(!is_circular(1, 3));
        session_free_all(&manager.sessions);
}

TEST(in_a_ring_of_any_length) {
        make_sessions();
        for (uint64_t i = 2; i <= N; i++) {
                show(i, i - 1);
                ck_assert(is_circular(1, i));
                ck_assert(!is_circular(i, 1));
        }
        session_free_all(&manager.sessions);
}

TEST(one_of_many_ways) {
        make_sessions();
        for (uint64_t i = 2; i <= 30; i++)
                show(1, i);
        for (uint64_t i = 2; i <= 30; i++)
                show(i, 31);
        ck_assert(!is_circular(32, 1));
        show(31, 32);
        ck_assert(is_circular(32, 1));
        session_free_all(&manager.sessions);
}

/* What keepers say need not be so, and must not keep us busy. */
TEST(what_goes_round_already) {
        make_sessions();
        show(1, 2);
        show(2, 3);
        show(3, 1);
        show(3, 3);
        show(2, UINT64_MAX);
        ck_assert(!is_circular(4, 1));
        ck_assert(is_circular(3, 1));
        session_free_all(&manager.sessions);
}

/* The keeper has not answered yet. */
TEST(what_was_asked_for_counts) {
        KeeperRequest request = { .within = 2 }, other = {};
        KeeperRequest *items[] = { &other, &request };

        make_sessions();
        sessions[1]->keeper.requests = (KeeperRequests){ .items = items, .n = ELEMENTSOF(items) };
        ck_assert(is_circular(2, 1));
        ck_assert(!is_circular(3, 1));
        sessions[1]->keeper.requests = (KeeperRequests){};
        session_free_all(&manager.sessions);
}

TEST(each_once_and_no_more_than_there_is_room) {
        Nesting nesting = {};

        nesting_add(&nesting, 0);
        nesting_add(&nesting, 7);
        nesting_add(&nesting, 7);
        ck_assert_uint_eq(nesting.n, 1);
        for (uint64_t i = 1; i < 100; i++)
                nesting_add(&nesting, i);
        ck_assert_uint_eq(nesting.n, KEEPER_CLIENTS_MAX);
}

TEST(a_process_that_is_in_no_session) {
        cgroup_tree_init(&manager.cgroups);
        ck_assert_ptr_null(nesting_find(&manager, 0));
        ck_assert_ptr_null(nesting_find(&manager, getpid()));
}

TEST_MAIN(in_itself, crosswise, in_a_ring_of_any_length, one_of_many_ways, what_goes_round_already,
        what_was_asked_for_counts, each_once_and_no_more_than_there_is_room,
        a_process_that_is_in_no_session);
