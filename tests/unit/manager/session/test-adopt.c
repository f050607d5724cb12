/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which scopes without a record become sessions again, and of whom. */

#include "manager/model/session-state.h"
#include "manager/session/adopt.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define SCOPE "compute-n7.scope"

/* A scope as we make them, with one process in it. */
static FakeUnit *add_scope(const char *description) {
        FakeUnit *u = fake_systemd_add(SCOPE);

        (void) snprintf(u->description, sizeof(u->description), "%s", description);
        (void) snprintf(u->slice, sizeof(u->slice), "compute-%u.slice", world_uid());
        u->pids[u->n_pids++] = (uint32_t) fake_process_start(world_uid());
        return u;
}

/* It asks systemd, and waits for its answers. */
static int adopt(const char *scope, Session **ret) {
        int r;

        fake_bus_serve();
        r = session_adopt(world_manager, scope, /* kept = */ true, ret);
        fake_bus_serve_end();
        return r;
}

TEST(what_we_made_is_ours_again) {
        FakeUnit *u;
        Session *s;
        pid_t later;

        world_begin();
        u = add_scope("Notebook a (1).ipynb (python3)");
        later = fake_process_start(world_uid());
        u->pids[u->n_pids++] = (uint32_t) later;
        ck_assert_int_eq(adopt(SCOPE, &s), 0);
        ck_assert_str_eq(s->id, "n7");
        ck_assert_str_eq(s->name, "a (1).ipynb");
        ck_assert_str_eq(s->program.kernel, "python3");
        ck_assert_uint_eq(s->uid, world_uid());
        ck_assert_int_eq(s->leader.pid, (pid_t) u->pids[0]);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert(s->announced);
        ck_assert_uint_eq(world_manager->counts.notebooks, 1);
        fake_process_end(later);
        world_end();
}

TEST(names_are_found_in_descriptions) {
        static const struct {
                const char *description, *name, *kernel;
        } table[] = {
                { "Notebook a.ipynb", "a.ipynb", NULL },
                { "Notebook (python3)", "(python3)", NULL },
                { "Notebook a(python3)", "a(python3)", NULL },
                { "Somebody's own", "Somebody's own", NULL },
                { "Notebook b (r", "b", "r" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                Session *s;

                world_begin();
                (void) add_scope(table[i].description);
                ck_assert_int_eq(adopt(SCOPE, &s), 0);
                ck_assert_str_eq(s->name, table[i].name);
                if (table[i].kernel)
                        ck_assert_str_eq(s->program.kernel, table[i].kernel);
                else
                        ck_assert_ptr_null(s->program.kernel);
                world_end();
        }
}

TEST(what_is_in_no_slice_of_ours_is_not) {
        static const char *const slices[] = { "user.slice", "compute-x.slice", "compute-01000.slice",
                "compute-.slice", "compute-1000.service" };
        Session *s;

        world_begin();
        for (size_t i = 0; i < ELEMENTSOF(slices); i++) {
                FakeUnit *u = add_scope("Notebook a");

                (void) snprintf(u->slice, sizeof(u->slice), "%s", slices[i]);
                ck_assert_int_eq(adopt(SCOPE, &s), -EBADMSG);
                fake_process_end((pid_t) u->pids[0]);
                *u = (FakeUnit){};
        }
        ck_assert_uint_eq(world_manager->sessions.n, 0);
        world_end();
}

/* Its last process ended while we asked. */
TEST(what_is_empty_is_none) {
        FakeUnit *u;
        Session *s;

        world_begin();
        u = add_scope("Notebook a");
        u->referenced = true;
        fake_process_end((pid_t) u->pids[0]);
        ck_assert_int_eq(adopt(SCOPE, &s), -ESRCH);
        ck_assert_uint_eq(world_manager->sessions.n, 0);
        world_end();
}

TEST(what_runs_as_another_is_not_theirs) {
        FakeUnit *u;
        Session *s;

        world_begin();
        u = add_scope("Notebook a");
        (void) snprintf(u->slice, sizeof(u->slice), "compute-%u.slice", world_uid() + 1);
        ck_assert_int_eq(adopt(SCOPE, &s), -EPERM);
        ck_assert_uint_eq(world_manager->sessions.n, 0);
        world_end();
}

TEST(systemd_may_not_say) {
        static const char *const calls[] = { "Get org.freedesktop.systemd1.Unit Description",
                "Get org.freedesktop.systemd1.Scope Slice", "GetUnitProcesses" };
        Session *s;

        world_begin();
        (void) add_scope("Notebook a");
        for (size_t i = 0; i < ELEMENTSOF(calls); i++) {
                fake_bus_refuse(calls[i], 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
                ck_assert_int_eq(adopt(SCOPE, &s), -EACCES);
        }
        ck_assert_int_lt(adopt("other.scope", &s), 0);
        ck_assert_uint_eq(world_manager->sessions.n, 0);
        world_end();
}

TEST_MAIN(what_we_made_is_ours_again, names_are_found_in_descriptions, what_is_in_no_slice_of_ours_is_not,
        what_is_empty_is_none, what_runs_as_another_is_not_theirs, systemd_may_not_say);
