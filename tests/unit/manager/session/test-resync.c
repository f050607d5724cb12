/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a manager takes up of one that was killed, at each point of a session's life. */

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "manager/model/session-state.h"
#include "manager/session/resync.h"
#include "tests/unit/capture.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static FakeKeeper *keeper(const char *id) {
        FakeKeeper *k = fake_keeper_get(id);

        ck_assert_ptr_nonnull(k);
        return k;
}

/* Terminals */

TEST(sessions_go_on) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        world_restart();
        s = world_session("t1");
        ck_assert_ptr_nonnull(s);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert_str_eq(s->name, "bash");
        ck_assert_int_eq(s->leader.pid, keeper("t1")->payload);
        ck_assert_uint_eq(world_manager->counts.terminals, 1);
        ck_assert_uint_gt(world_manager->next_number, 1);
        WORLD_UNTIL(keeper("t1")->heard[KEEPER_HELLO] == 2);
        WORLD_UNTIL(fake_bus_heard("RefUnit compute-t1.scope"));
        fake_keeper_end_payload(keeper("t1"), 0);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 success"), 1);
        world_end();
}

/* The next manager hears of an end that nobody saw, of the keeper or of nobody. */
TEST(ends_that_nobody_saw) {
        for (int told = 0; told < 2; told++) {
                world_begin();
                (void) world_start_terminal();
                world_kill();
                fake_keeper_lose_payload(keeper("t1"), SIGSEGV);
                if (!told)
                        fake_systemd_empty("compute-keeper-t1.service");
                world_begin_next();
                if (told)
                        WORLD_UNTIL(!world_session("t1") || world_session("t1")->leader.ended);
                world_assert_gone("t1");
                ck_assert_uint_eq(
                        fake_bus_heard(told ? "SessionRemoved t1 /org/computesession1/session/t1 signal"
                                            : "SessionRemoved t1 /org/computesession1/session/t1 lost"),
                        1);
                world_end();
        }
}

/* The payload has gone with its keeper's word; it is asked for until it is clear that nothing will be
 * said. */
TEST(an_end_of_which_the_keeper_says_nothing) {
        Session *s;

        world_begin();
        (void) world_start_terminal();
        world_kill();
        fake_keeper_lose_payload(keeper("t1"), SIGSEGV);
        fake_keepers_mute(KEEPER_HELLO, 1);
        world_begin_next();
        s = world_session("t1");
        world_end_leader("t1");
        ck_assert_int_eq(s->end.exit_code, 0);
        WORLD_UNTIL(s->keeper.farewell);
        world_expire(s->keeper.farewell);
        world_assert_gone("t1");
        world_end();
}

/* A start whose caller is gone. */
static void kill_while(KeeperOpcode opcode) {
        world_begin();
        fake_keepers_mute(opcode, 1);
        (void) world_ask_for_terminal();
        WORLD_UNTIL(fake_keeper_get("t1") && keeper("t1")->heard[opcode]);
        world_kill();
}

TEST(starts_that_nobody_waits_for_are_given_up) {
        static const KeeperOpcode opcodes[] = { KEEPER_START, KEEPER_OPEN_GATE };

        for (size_t i = 0; i < ELEMENTSOF(opcodes); i++) {
                kill_while(opcodes[i]);
                world_begin_next();
                ck_assert_ptr_nonnull(world_session("t1"));
                world_assert_gone("t1");
                ck_assert_uint_eq(fake_bus_heard("SessionNew"), 0);
                ck_assert_uint_eq(fake_bus_heard("SessionRemoved"), 0);
                world_end();
        }
}

TEST(programs_that_run_already_are_sessions) {
        kill_while(KEEPER_OPEN_GATE);
        keeper("t1")->phase = KEEPER_PHASE_RUNNING;
        world_begin_next();
        WORLD_UNTIL(fake_bus_heard("SessionNew t1"));
        ck_assert_int_eq(world_session("t1")->phase, PHASE_RUNNING);
        world_end();
}

TEST(a_start_without_a_scope_is_given_up) {
        world_begin();
        fake_bus_hold("StartTransientUnit compute-t1.scope", 1);
        (void) world_ask_for_terminal();
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit compute-t1.scope"));
        world_restart();
        world_assert_gone("t1");
        world_end();
}

TEST(stops_go_on) {
        world_begin();
        (void) world_start_terminal();
        fake_systemd_set_job("compute-t1.scope", NULL);
        (void) world_call_session("t1", "Stop", "");
        WORLD_UNTIL(fake_bus_heard("StopUnit compute-t1.scope"));
        world_restart();
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 stopped"), 1);
        world_end();
}

TEST(dismissals_go_on) {
        world_begin();
        (void) world_start_terminal();
        fake_systemd_set_job("compute-keeper-t1.service", NULL);
        fake_keeper_end_payload(keeper("t1"), 0);
        WORLD_UNTIL(fake_bus_heard("StopUnit compute-keeper-t1.service"));
        world_restart();
        WORLD_UNTIL(!world_session("t1") || world_session("t1")->keeper.farewell);
        if (world_session("t1"))
                world_expire(world_session("t1")->keeper.farewell);
        world_assert_gone("t1");
        world_end();
}

/* Kernels that are being started again */

/* A notebook whose restart was asked for, and whose keeper has heard this. */
static Session *restart_up_to(KeeperOpcode opcode) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        fake_keepers_mute(opcode, 1);
        (void) world_call_session("n1", "Restart", "");
        WORLD_UNTIL(keeper("n1")->heard[opcode] == (opcode == KEEPER_OPEN_GATE ? 2 : 1));
        return s;
}

static void assert_restarted(void) {
        WORLD_UNTIL(world_session("n1")->restart.count == 1);
        ck_assert_int_eq(world_session("n1")->phase, PHASE_RUNNING);
        ck_assert_int_eq(world_session("n1")->leader.pid, keeper("n1")->payload);
        world_settle();
        ck_assert_uint_eq(world_session("n1")->restart.count, 1);
        ck_assert_uint_eq(world_manager->counts.notebooks, 1);
        world_end();
}

TEST(restarts_go_on_from_the_shutdown) {
        ck_assert_int_eq(restart_up_to(KEEPER_SHUTDOWN)->phase, PHASE_RESTARTING);
        world_restart();
        assert_restarted();
}

TEST(restarts_go_on_from_the_scope_that_is_cleared) {
        world_begin();
        (void) world_start_notebook("/tmp/a.ipynb");
        fake_bus_hold("GetAll org.freedesktop.systemd1.Unit", 1);
        (void) world_call_session("n1", "Restart", "");
        WORLD_UNTIL(world_session("n1")->phase == PHASE_CLEARING);
        world_restart();
        assert_restarted();
}

TEST(restarts_go_on_from_the_fork) {
        ck_assert_int_eq(restart_up_to(KEEPER_RESTART)->phase, PHASE_REFORKING);
        world_restart();
        assert_restarted();
}

/* The other payload's word went to the manager that was killed. */
TEST(restarts_go_on_from_the_gate) {
        (void) restart_up_to(KEEPER_RESTART);
        fake_keeper_fork(keeper("n1"));
        world_kill();
        world_begin_next();
        assert_restarted();
}

TEST(restarts_go_on_from_the_scope_that_is_made) {
        world_begin();
        (void) world_start_notebook("/tmp/a.ipynb");
        fake_bus_hold("StartTransientUnit compute-n1.scope", 1);
        (void) world_call_session("n1", "Restart", "");
        WORLD_UNTIL(world_session("n1")->phase == PHASE_RESCOPING);
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit compute-n1.scope") == 2);
        world_restart();
        assert_restarted();
}

TEST(restarts_go_on_from_the_program) {
        ck_assert_int_eq(restart_up_to(KEEPER_OPEN_GATE)->phase, PHASE_REVIVING);
        world_restart();
        assert_restarted();
}

TEST(restarts_without_a_keeper_fail) {
        (void) restart_up_to(KEEPER_RESTART);
        world_kill();
        fake_systemd_empty("compute-keeper-n1.service");
        world_begin_next();
        world_assert_gone("n1");
        ck_assert_uint_eq(
                fake_bus_heard("SessionRemoved n1 /org/computesession1/session/n1 restart-failed"), 1);
        world_end();
}

/* systemd has the unit, and nobody answers. */
TEST(restarts_of_a_keeper_that_does_not_listen_fail) {
        (void) restart_up_to(KEEPER_RESTART);
        world_kill();
        fake_keeper_end(keeper("n1"));
        world_begin_next();
        world_assert_gone("n1");
        ck_assert_uint_eq(
                fake_bus_heard("SessionRemoved n1 /org/computesession1/session/n1 restart-failed"), 1);
        world_end();
}

/* Registered sessions */

TEST(registered_sessions_go_on) {
        Session *s;

        world_begin();
        s = world_register(NULL);
        ck_assert_str_eq(s->id, "t1");
        world_restart();
        s = world_session("t1");
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert(!s->kept);
        world_end();
}

TEST(watched_sessions_are_watched_on) {
        world_begin();
        (void) world_register("/tmp/kernel.json");
        WORLD_UNTIL(fake_keeper_get("n1") && keeper("n1")->heard[KEEPER_WATCH]);
        world_settle();
        world_kill();
        fake_systemd_empty("compute-keeper-n1.service"); /* it was killed for good */
        world_begin_next();
        WORLD_UNTIL(fake_keeper_get("n1") && keeper("n1")->heard[KEEPER_WATCH]);
        ck_assert_int_eq(world_session("n1")->phase, PHASE_RUNNING);
        world_end();
}

/* Units without a session */

TEST(strays_are_adopted_stopped_and_put_away) {
        _cleanup_free_ char *record = NULL, *socket = NULL;

        world_begin();
        (void) world_start_terminal();
        record = world_path("compute-sessions/sessions/t1");
        socket = world_path("compute-sessions/keepers/t77");
        world_kill();
        ck_assert_int_eq(unlink(record), 0);
        close(open(socket, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        (void) fake_systemd_add("compute-keeper-t8.service");
        fake_systemd_add("compute-t9.scope")->active_state = "failed";
        fake_systemd_unit("compute-t9.scope")->referenced = true;
        (void) fake_systemd_add("compute-t10.scope"); /* with nothing in it */
        (void) fake_systemd_add("compute-other.scope");
        world_begin_next();
        ck_assert_ptr_nonnull(world_session("t1"));
        ck_assert_str_eq(world_session("t1")->name, "bash");
        ck_assert_uint_eq(world_manager->sessions.n, 1);
        ck_assert_int_lt(access(socket, F_OK), 0);
        ck_assert_uint_ge(world_manager->next_number, 11);
        WORLD_UNTIL(fake_bus_heard("StopUnit compute-keeper-t8.service"));
        WORLD_UNTIL(fake_bus_heard("StopUnit compute-t9.scope"));
        ck_assert_uint_eq(fake_bus_heard("StopUnit compute-t10.scope"), 0);
        WORLD_UNTIL(world_session("t1")->program.command); /* only its keeper remembers */
        world_end();
}

/* A scope that has ended is still to be read. */
TEST(scopes_that_ended_are_read) {
        Session *s;

        world_begin();
        (void) world_start_terminal();
        world_kill();
        fake_keeper_lose_payload(keeper("t1"), SIGKILL);
        fake_systemd_unit("compute-t1.scope")->result = "oom-kill";
        world_begin_next();
        s = world_session("t1");
        ck_assert(s->scope.referenced);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 oom-killed"), 1);
        world_end();
}

TEST(nothing_starts_without_systemd) {
        Capture c;

        world_begin_new(/* user_mode = */ true);
        fake_bus_refuse("ListUnitsByPatterns", 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
        capture_begin(&c);
        ck_assert_int_lt(world_start(), 0);
        (void) capture_end(&c);
        world_end();
}

TEST_MAIN(sessions_go_on, ends_that_nobody_saw, an_end_of_which_the_keeper_says_nothing,
        starts_that_nobody_waits_for_are_given_up, programs_that_run_already_are_sessions,
        a_start_without_a_scope_is_given_up, stops_go_on, dismissals_go_on, restarts_go_on_from_the_shutdown,
        restarts_go_on_from_the_scope_that_is_cleared, restarts_go_on_from_the_fork,
        restarts_go_on_from_the_gate, restarts_go_on_from_the_scope_that_is_made,
        restarts_go_on_from_the_program, restarts_without_a_keeper_fail,
        restarts_of_a_keeper_that_does_not_listen_fail, registered_sessions_go_on,
        watched_sessions_are_watched_on, strays_are_adopted_stopped_and_put_away, scopes_that_ended_are_read,
        nothing_starts_without_systemd);
