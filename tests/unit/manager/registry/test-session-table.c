/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of sessions: order, look-ups, counts. */

#include "manager/base/cgroup.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/test-main.h"

static Manager manager;

static Session *add(SessionType type, uint64_t number, uid_t uid, SessionPhase phase, const char *notebook) {
        Session *s;

        ck_assert_int_eq(session_new(&manager, type, number, uid, /* kept = */ true, &s), 0);
        s->phase = phase;
        ck_assert_int_ge(replace_string(&s->program.notebook, notebook), 0);
        return s;
}

TEST(a_new_session_knows_its_names) {
        Session *s = add(SESSION_NOTEBOOK, 7, 1000, PHASE_PREPARING, NULL);

        ck_assert_str_eq(s->id, "n7");
        ck_assert_str_eq(s->scope.unit, "compute-n7.scope");
        ck_assert_str_eq(s->keeper.unit, "compute-keeper-n7.service");
        ck_assert_str_eq(s->slice, "compute-1000.slice");
        ck_assert_str_eq(s->scope.path, "/org/freedesktop/systemd1/unit/compute_2dn7_2escope");
        ck_assert_int_eq(s->leader.fd, -EBADF);
        ck_assert_int_eq(s->end.exit_status, -1);
        ck_assert_uint_eq(s->usage.counters[USAGE_MEMORY], USAGE_UNKNOWN);
        ck_assert_ptr_null(session_free(s));
        ck_assert_ptr_null(session_free(NULL));
        session_free_all(&manager.sessions);
}

TEST(a_registered_session_has_no_keeper) {
        Session *s;

        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 0, /* kept = */ false, &s), 0);
        ck_assert_str_eq(s->keeper.unit, "");
        session_free_all(&manager.sessions);
}

/* Whatever order they come in, they are in the order of their numbers, and found. */
TEST(sorted_by_number) {
        static const uint64_t numbers[] = { 5, 1, UINT64_MAX, 3, 4, 2, 100 };
        SessionTable *table = &manager.sessions;
        Session *s;

        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                (void) add(SESSION_TERMINAL, numbers[i], 0, PHASE_RUNNING, NULL);
        ck_assert_uint_eq(table->n, ELEMENTSOF(numbers));
        for (size_t i = 1; i < table->n; i++)
                ck_assert_uint_lt(table->items[i - 1]->number, table->items[i]->number);
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                ck_assert_uint_eq(session_table_get(table, numbers[i])->number, numbers[i]);
        ck_assert_ptr_null(session_table_get(table, 0));
        ck_assert_ptr_null(session_table_get(table, 6));
        ck_assert_uint_eq(session_table_position(table, 6), 5);
        ck_assert_uint_eq(session_table_position(table, 0), 0);

        ck_assert_int_eq(session_new(&manager, SESSION_NOTEBOOK, 3, 0, true, &s), -EEXIST);
        ck_assert_uint_eq(table->n, ELEMENTSOF(numbers));
        (void) session_free(session_table_get(table, 3));
        ck_assert_ptr_null(session_table_get(table, 3));
        ck_assert_uint_eq(session_table_get(table, 4)->number, 4);
        ck_assert_uint_eq(table->n, ELEMENTSOF(numbers) - 1);
        session_free_all(table);
        ck_assert_uint_eq(table->n, 0);
}

TEST(found_by_id_of_the_right_type) {
        Session *s = add(SESSION_NOTEBOOK, 12, 0, PHASE_RUNNING, NULL);

        ck_assert_ptr_eq(session_table_get_by_id(&manager.sessions, "n12"), s);
        ck_assert_ptr_null(session_table_get_by_id(&manager.sessions, "t12"));
        ck_assert_ptr_null(session_table_get_by_id(&manager.sessions, "n012"));
        ck_assert_ptr_null(session_table_get_by_id(&manager.sessions, "n1"));
        ck_assert_ptr_null(session_table_get_by_id(&manager.sessions, ""));
        session_free_all(&manager.sessions);
}

/* Only the user's own, only one that is not on its way out: nobody re-opens what is being stopped. */
TEST(found_by_notebook) {
        SessionTable *table = &manager.sessions;
        Session *a = add(SESSION_NOTEBOOK, 1, 1000, PHASE_RUNNING, "/a.ipynb");
        Session *b = add(SESSION_NOTEBOOK, 2, 1000, PHASE_SCOPING, "/b.ipynb");
        Session *c = add(SESSION_NOTEBOOK, 3, 1000, PHASE_STOPPING, "/c.ipynb");
        Session *second = add(SESSION_NOTEBOOK, 4, 1000, PHASE_PREPARING, "/a.ipynb");

        (void) add(SESSION_TERMINAL, 5, 1000, PHASE_RUNNING, NULL);
        ck_assert_ptr_eq(session_table_get_by_notebook(table, 1000, "/a.ipynb", NULL), a);
        ck_assert_ptr_eq(session_table_get_by_notebook(table, 1000, "/a.ipynb", a), second);
        ck_assert_ptr_eq(session_table_get_by_notebook(table, 1000, "/b.ipynb", NULL), b);
        ck_assert_ptr_null(session_table_get_by_notebook(table, 1000, "/b.ipynb", b));
        ck_assert_ptr_null(session_table_get_by_notebook(table, 1000, "/c.ipynb", NULL));
        ck_assert_ptr_null(session_table_get_by_notebook(table, 1001, "/a.ipynb", NULL));
        ck_assert_ptr_null(session_table_get_by_notebook(table, 0, "/a.ipynb", NULL));
        ck_assert_ptr_null(session_table_get_by_notebook(table, 1000, "/a", NULL));
        c->phase = PHASE_ENDED;
        ck_assert_ptr_null(session_table_get_by_notebook(table, 1000, "/c.ipynb", NULL));
        session_free_all(table);
}

TEST(counts_by_user) {
        size_t all, starting;

        session_table_count(&manager.sessions, (uid_t) -1, &all, &starting);
        ck_assert_uint_eq(all, 0);
        (void) add(SESSION_TERMINAL, 1, 1000, PHASE_RUNNING, NULL);
        (void) add(SESSION_TERMINAL, 2, 1000, PHASE_RELEASING, NULL);
        (void) add(SESSION_TERMINAL, 3, 1001, PHASE_PREPARING, NULL);
        (void) add(SESSION_TERMINAL, 4, 1001, PHASE_DISMISSING, NULL);

        session_table_count(&manager.sessions, (uid_t) -1, &all, &starting);
        ck_assert_uint_eq(all, 4);
        ck_assert_uint_eq(starting, 2);
        session_table_count(&manager.sessions, 1001, &all, &starting);
        ck_assert_uint_eq(all, 2);
        ck_assert_uint_eq(starting, 1);
        session_table_count(&manager.sessions, 1002, &all, &starting);
        ck_assert_uint_eq(all, 0);
        ck_assert_uint_eq(starting, 0);
        session_free_all(&manager.sessions);
}

TEST_MAIN(a_new_session_knows_its_names, a_registered_session_has_no_keeper, sorted_by_number,
        found_by_id_of_the_right_type, found_by_notebook, counts_by_user);
