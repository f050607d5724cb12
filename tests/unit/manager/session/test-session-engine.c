/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lives of sessions, from the call that starts them to the last that is heard of them; and what becomes
 * of them when somebody who is needed for it does not do it. */

#include <signal.h>

#include "manager/base/systemd-names.h"
#include "manager/model/session-state.h"
#include "manager/session/session-engine.h"
#include "shared/message-ids.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define SCOPE  "compute-t1.scope"
#define KEEPER "compute-keeper-t1.service"

static FakeKeeper *keeper(void) {
        FakeKeeper *k = fake_keeper_get("t1");

        ck_assert_ptr_nonnull(k);
        return k;
}

TEST(a_terminal_starts_runs_and_ends) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert_str_eq(s->name, "bash");
        ck_assert_ptr_null(s->deadline);
        ck_assert_uint_eq(fake_bus_heard("SessionNew t1"), 1);
        ck_assert_uint_eq(world_manager->counts.terminals, 1);
        WORLD_UNTIL(world_has_logged(MESSAGE_SESSION_START));
        fake_keeper_end_payload(keeper(), 0);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 success"), 1);
        ck_assert_uint_eq(world_manager->counts.terminals, 0);
        WORLD_UNTIL(world_has_logged(MESSAGE_SESSION_END));
        world_end();
}

/* Starts that fail. */

/* The call that starts a terminal gets this error, which says this, and nothing is left of it. */
static void assert_start_fails(FakeCall *call, const char *error, const char *says) {
        const char *message = world_refusal(call, error);

        ck_assert_msg(strstr(message, says), "says: %s", message);
        world_assert_gone("t1");
        ck_assert_uint_eq(fake_bus_heard("SessionNew"), 0);
        ck_assert_uint_eq(fake_bus_heard("SessionRemoved"), 0);
        ck_assert(!world_has_logged(MESSAGE_SESSION_START));
        world_end();
}

TEST(systemd_starts_no_keeper) {
        world_begin();
        fake_bus_refuse("StartTransientUnit", 1, SD_BUS_ERROR_ACCESS_DENIED, "No units today.");
        assert_start_fails(world_ask_for_terminal(), ERROR_START_FAILED, "No units today.");
}

TEST(the_job_of_the_keeper_fails) {
        world_begin();
        fake_systemd_set_job(KEEPER, "failed");
        assert_start_fails(world_ask_for_terminal(), ERROR_START_FAILED, "journalctl -u " KEEPER);
}

TEST(the_keeper_says_nothing) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_START, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_keeper_get("t1") && keeper()->heard[KEEPER_START]);
        world_expire(world_session("t1")->deadline);
        assert_start_fails(call, ERROR_START_TIMED_OUT, "StartTimeoutSec=");
}

TEST(the_keeper_says_why_not) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_START, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_keeper_get("t1") && keeper()->heard[KEEPER_START]);
        fake_keeper_fail(keeper(), KEEPER_ERROR_NO_COMMAND, "There is no program 'bush'.");
        assert_start_fails(call, ERROR_NO_SUCH_COMMAND, "bush");
}

TEST(the_keeper_babbles) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_START, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_keeper_get("t1") && keeper()->heard[KEEPER_START]);
        fake_keeper_babble(keeper());
        assert_start_fails(call, ERROR_START_FAILED, "sent what it should not");
}

TEST(the_keeper_is_gone) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_START, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_keeper_get("t1") && keeper()->heard[KEEPER_START]);
        fake_keeper_end(keeper());
        WORLD_UNTIL(world_session("t1")->keeper.reconnect);
        world_expire(world_session("t1")->keeper.reconnect);
        assert_start_fails(call, ERROR_START_FAILED, "keeper ended unexpectedly");
}

/* A start that waits at its gate, as systemd has not answered yet. */
static FakeCall *await_scope(void) {
        FakeCall *call;

        world_begin();
        fake_bus_hold("StartTransientUnit " SCOPE, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit " SCOPE));
        ck_assert_int_eq(world_session("t1")->phase, PHASE_SCOPING);
        return call;
}

TEST(systemd_makes_no_scope) {
        world_begin();
        fake_bus_refuse("StartTransientUnit " SCOPE, 1, SD_BUS_ERROR_LIMITS_EXCEEDED, "Too many scopes.");
        assert_start_fails(world_ask_for_terminal(), ERROR_START_FAILED, "Too many scopes.");
}

TEST(the_job_of_the_scope_fails) {
        world_begin();
        fake_systemd_set_job(SCOPE, "failed");
        assert_start_fails(world_ask_for_terminal(), ERROR_START_FAILED, "could not make the scope " SCOPE);
}

/* systemd still comes to it, and then it is nobody's. */
TEST(the_scope_comes_too_late) {
        FakeCall *call = await_scope();

        world_expire(world_session("t1")->deadline);
        WORLD_UNTIL(world_session("t1")->phase == PHASE_SWEEPING);
        world_release("StartTransientUnit " SCOPE);
        assert_start_fails(call, ERROR_START_TIMED_OUT, "StartTimeoutSec=");
}

TEST(the_payload_ends_at_its_gate) {
        FakeCall *call = await_scope();

        fake_keeper_end_payload(keeper(), SIGKILL);
        WORLD_UNTIL(world_session("t1")->phase == PHASE_SWEEPING);
        world_release("StartTransientUnit " SCOPE);
        assert_start_fails(call, ERROR_START_FAILED, "ended before it could be started");
}

TEST(the_keeper_goes_while_the_scope_is_made) {
        FakeCall *call = await_scope();

        fake_keeper_end(keeper());
        WORLD_UNTIL(world_session("t1")->keeper.reconnect);
        world_expire(world_session("t1")->keeper.reconnect);
        WORLD_UNTIL(world_session("t1")->phase == PHASE_SWEEPING);
        world_release("StartTransientUnit " SCOPE);
        assert_start_fails(call, ERROR_START_FAILED, "keeper ended unexpectedly");
}

TEST(the_program_cannot_be_executed) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_OPEN_GATE, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_keeper_get("t1") && keeper()->heard[KEEPER_OPEN_GATE]);
        ck_assert_int_eq(world_session("t1")->phase, PHASE_RELEASING);
        fake_keeper_fail(keeper(), KEEPER_ERROR_FAILED, "Exec format error.");
        assert_start_fails(call, ERROR_START_FAILED, "Exec format error.");
}

TEST(the_runtime_directory_is_full) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_START, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_keeper_get("t1") && keeper()->heard[KEEPER_START]);
        world_fill_runtime_dir(true);
        fake_keeper_fork(keeper());
        (void) world_refusal(call, ERROR_START_FAILED);
        world_fill_runtime_dir(false);
        ck_assert_ptr_nonnull(strstr(fake_call_message(call), "it may be full"));
        world_end();
}

/* Ends */

static void assert_ends(const char *result) {
        char signal[128];

        world_assert_gone("t1");
        (void) snprintf(
                signal, sizeof(signal), "SessionRemoved t1 /org/computesession1/session/t1 %s", result);
        ck_assert_msg(fake_bus_heard(signal) == 1, "There is no %s.", signal);
        world_end();
}

TEST(killed_by_a_signal) {
        world_begin();
        (void) world_start_terminal();
        fake_keeper_end_payload(keeper(), SIGKILL);
        assert_ends("signal");
}

TEST(stopped_by_a_call) {
        FakeCall *call;

        world_begin();
        (void) world_start_terminal();
        call = world_call_session("t1", "Stop", "");
        (void) world_answer(call);
        assert_ends("stopped");
}

/* systemctl stop */
TEST(stopped_through_systemd) {
        world_begin();
        (void) world_start_terminal();
        fake_systemd_unit(SCOPE)->active_state = "deactivating";
        fake_keeper_end_payload(keeper(), SIGTERM);
        assert_ends("unit-stopped");
}

TEST(killed_for_want_of_memory) {
        world_begin();
        (void) world_start_terminal();
        fake_systemd_unit(SCOPE)->result = "oom-kill";
        fake_keeper_end_payload(keeper(), SIGKILL);
        assert_ends("oom-killed");
}

/* What the leader left in the scope goes with it. */
TEST(leftovers_are_stopped) {
        pid_t left;

        world_begin();
        (void) world_start_terminal();
        left = fake_process_start(world_uid());
        fake_systemd_unit(SCOPE)->pids[fake_systemd_unit(SCOPE)->n_pids++] = (uint32_t) left;
        fake_keeper_end_payload(keeper(), 0);
        WORLD_UNTIL(!world_session("t1"));
        ck_assert_uint_eq(fake_bus_heard("StopUnit " SCOPE " replace"), 1);
        fake_process_end(left);
        assert_ends("success");
}

/* What does not stop is killed, and what cannot be killed is left to systemd. */
TEST(what_does_not_stop_is_killed) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_systemd_set_job(SCOPE, NULL);
        (void) world_call_session("t1", "Stop", "");
        WORLD_UNTIL(s->phase == PHASE_STOPPING);
        world_settle();
        world_expire(s->deadline);
        WORLD_UNTIL(fake_bus_heard("KillUnit " SCOPE " all 9"));
        ck_assert_int_eq(s->phase, PHASE_KILLING);
        world_expire(s->deadline);
        WORLD_UNTIL(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 stopped"));
        ck_assert_ptr_null(world_session("t1"));
        world_end();
}

TEST(a_keeper_that_does_not_go_is_left_behind) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_systemd_set_job(KEEPER, NULL);
        fake_keeper_end_payload(keeper(), 0);
        WORLD_UNTIL(s->phase == PHASE_DISMISSING);
        world_settle();
        world_expire(s->deadline);
        WORLD_UNTIL(fake_bus_heard("SessionRemoved"));
        ck_assert_ptr_null(world_session("t1"));
        world_end();
}

TEST(systemd_refuses_to_stop) {
        FakeCall *call;
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_bus_refuse("StopUnit " SCOPE, 1, SD_BUS_ERROR_FAILED, "Not now.");
        call = world_call_session("t1", "Stop", "");
        WORLD_UNTIL(fake_bus_heard("StopUnit " SCOPE));
        world_settle();
        ck_assert_int_eq(s->phase, PHASE_STOPPING);
        ck_assert_ptr_null(call->answer);
        world_expire(s->deadline);
        WORLD_UNTIL(s->phase == PHASE_KILLING);
        world_settle();
        world_expire(s->deadline);
        (void) world_answer(call);
        world_end();
}

TEST_MAIN(a_terminal_starts_runs_and_ends, systemd_starts_no_keeper, the_job_of_the_keeper_fails,
        the_keeper_says_nothing, the_keeper_says_why_not, the_keeper_babbles, the_keeper_is_gone,
        systemd_makes_no_scope, the_job_of_the_scope_fails, the_scope_comes_too_late,
        the_payload_ends_at_its_gate, the_keeper_goes_while_the_scope_is_made,
        the_program_cannot_be_executed, the_runtime_directory_is_full, killed_by_a_signal, stopped_by_a_call,
        stopped_through_systemd, killed_for_want_of_memory, leftovers_are_stopped,
        what_does_not_stop_is_killed, a_keeper_that_does_not_go_is_left_behind, systemd_refuses_to_stop);
