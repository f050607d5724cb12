/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How scopes end: what is asked before and after, and what systemd's answers make of the result. */

#include <signal.h>

#include "manager/model/session-state.h"
#include "manager/systemd/systemd-scope-end.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define SCOPE "compute-t1.scope"

TEST(what_remains_is_read) {
        uint64_t cpu, limit, peak;
        sd_bus_message *m;

        world_begin();
        (void) world_start_terminal();
        fake_systemd_unit(SCOPE)->cpu_usage_nsec = 77;
        fake_systemd_unit(SCOPE)->memory_peak = 78;
        fake_systemd_unit(SCOPE)->memory_max = 79;
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        world_assert_gone("t1");
        m = world_answer(world_call_manager("ListEnded", ""));
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(ssusssittttt)"), 0);
        ck_assert_int_gt(sd_bus_message_read(m, "(ssusssittttt)", NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                 NULL, NULL, &cpu, &limit, &peak),
                0);
        ck_assert_uint_eq(cpu, 77);
        ck_assert_uint_eq(peak, 78);
        ck_assert_uint_eq(limit, 79);
        world_end();
}

/* Of a kernel that was started again, what its scopes used is added up. */
TEST(what_earlier_scopes_used_counts) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        fake_systemd_unit("compute-n1.scope")->cpu_usage_nsec = 10;
        (void) world_answer(world_call_session("n1", "Restart", ""));
        ck_assert_uint_eq(s->end.cpu_usage_nsec, 10);
        fake_systemd_unit("compute-n1.scope")->cpu_usage_nsec = 5;
        (void) world_answer(world_call_session("n1", "Restart", ""));
        ck_assert_uint_eq(s->end.cpu_usage_nsec, 15);
        world_end();
}

/* A kernel dies because somebody stops its scope: that is no crash. */
TEST(what_looked_like_a_crash_was_a_stop) {
        world_begin();
        (void) world_answer(world_call_manager(
                "StartNotebook", "ssa{sv}", "/tmp/a.ipynb", "", 1, "RestartOnCrash", "b", (int) true));
        fake_systemd_unit("compute-n1.scope")->active_state = "deactivating";
        fake_keeper_end_payload(fake_keeper_get("n1"), SIGTERM);
        world_assert_gone("n1");
        ck_assert_uint_eq(
                fake_bus_heard("SessionRemoved n1 /org/computesession1/session/n1 unit-stopped"), 1);
        world_end();
}

/* Nobody knows then how it ended, and it is stopped as everything else. */
TEST(systemd_says_nothing_before) {
        world_begin();
        (void) world_start_terminal();
        fake_bus_refuse("GetAll org.freedesktop.systemd1.Unit", 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
        fake_systemd_unit(SCOPE)->referenced = true;
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("StopUnit " SCOPE), 1);
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 success"), 1);
        world_end();
}

TEST(systemd_says_nothing_after) {
        world_begin();
        (void) world_start_terminal();
        fake_bus_refuse("GetAll org.freedesktop.systemd1.Scope", 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved"), 1);
        world_end();
}

/* The unit is gone by the time it is asked about, or stopped. */
TEST(a_scope_that_is_gone_has_ended) {
        for (int asked = 0; asked < 2; asked++) {
                FakeCall *call = NULL;

                world_begin();
                (void) world_start_terminal();
                fake_systemd_unit(SCOPE)->name[0] = 0;
                if (asked)
                        call = world_call_session("t1", "Stop", "");
                fake_keeper_end_payload(fake_keeper_get("t1"), 0);
                world_assert_gone("t1");
                if (call)
                        (void) world_answer(call);
                world_end();
        }
}

/* A controller ends what is in its scope itself. */
TEST(a_scope_of_ours_is_signalled) {
        static const char *const signals[] = { "KillUnit compute-n1.scope all 15",
                "KillUnit compute-n1.scope all 1", "KillUnit compute-n1.scope all 18" };
        FakeCall *call;

        world_begin();
        (void) world_start_notebook("/tmp/a.ipynb");
        fake_keepers_mute(KEEPER_SHUTDOWN, 1);
        call = world_call_session("n1", "Stop", "");
        WORLD_UNTIL(fake_keeper_get("n1")->heard[KEEPER_SHUTDOWN]);
        fake_keeper_refuse(fake_keeper_get("n1"), KEEPER_SHUTDOWN, KEEPER_ERROR_FAILED, "No.");
        (void) world_answer(call);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                ck_assert_uint_eq(fake_bus_heard(signals[i]), 1);
        world_end();
}

/* The leader is elsewhere, and does not want to end: the scope's end is not the session's. */
static void ignore_signals(void *userdata _unused_) {
        (void) signal(SIGTERM, SIG_IGN);
        (void) signal(SIGHUP, SIG_IGN);
}

TEST(a_leader_outside_ends_by_itself) {
        Session *s;
        pid_t pid;

        world_begin();
        world_open_cgroups();
        pid = fake_process_start_with(world_uid(), ignore_signals, NULL);
        fake_bus_set_caller(":1.30", world_uid(), pid);
        (void) world_answer(fake_bus_call(
                ":1.30", BUS_PATH, MANAGER_INTERFACE, "RegisterSession", "ssa{sv}", "terminal", "a", 0));
        s = world_session("t1");
        fake_process_set_cgroup(pid, "/user.slice/user-0.slice/session-c2.scope");
        fake_systemd_unit(SCOPE)->n_pids = 0;
        (void) world_call_session("t1", "Stop", "");
        WORLD_UNTIL(s->scope.gone);
        ck_assert_int_eq(s->phase, PHASE_STOPPING);
        world_expire(s->deadline);
        WORLD_UNTIL(s->phase == PHASE_KILLING);
        world_end_leader("t1");
        world_assert_gone("t1");
        fake_process_end(pid);
        world_end();
}

TEST_MAIN(what_remains_is_read, what_earlier_scopes_used_counts, what_looked_like_a_crash_was_a_stop,
        systemd_says_nothing_before, systemd_says_nothing_after, a_scope_that_is_gone_has_ended,
        a_scope_of_ours_is_signalled, a_leader_outside_ends_by_itself);
