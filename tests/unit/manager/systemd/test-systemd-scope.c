/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Making scopes: those that are there already, and processes that got into one by the number of another. */

#include <signal.h>
#include <unistd.h>

#include "manager/model/session-state.h"
#include "manager/systemd/systemd-scope.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define SCOPE "compute-t1.scope"

/* systemd has not put the one of an earlier manager away yet. */
TEST(a_scope_that_is_still_there_is_waited_for) {
        FakeCall *call;
        FakeUnit *u;
        pid_t left;

        world_begin();
        left = fake_process_start(world_uid());
        u = fake_systemd_add(SCOPE);
        u->pids[u->n_pids++] = (uint32_t) left;
        call = world_ask_for_terminal();
        WORLD_UNTIL(world_session("t1") && world_session("t1")->scope.retry);
        world_expire(world_session("t1")->scope.retry);
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit " SCOPE) == 2);
        world_settle();
        ck_assert_ptr_null(call->answer);
        fake_process_end(left); /* and with it the scope */
        WORLD_UNTIL(({
                if (world_session("t1")->scope.retry)
                        world_expire(world_session("t1")->scope.retry);
                call->answer;
        }));
        (void) world_answer(call);
        world_end();
}

/* We asked for it, and did not hear that it was made. */
TEST(a_scope_that_is_there_already_is_ready) {
        FakeCall *call;

        world_begin();
        fake_bus_hold("StartTransientUnit " SCOPE, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit " SCOPE));
        (void) fake_systemd_add(SCOPE);
        fake_process_set_cgroup(fake_keeper_get("t1")->payload, "/" SCOPE);
        world_release("StartTransientUnit " SCOPE);
        (void) world_answer(call);
        ck_assert_uint_eq(fake_bus_heard("StartTransientUnit " SCOPE), 1);
        world_end();
}

/* Its leader has ended when systemd comes to it. */
TEST(a_scope_of_who_has_ended_is_not_ready) {
        FakeCall *call;

        world_begin();
        fake_bus_hold("StartTransientUnit " SCOPE, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit " SCOPE));
        fake_keeper_lose_payload(fake_keeper_get("t1"), SIGKILL);
        world_release("StartTransientUnit " SCOPE);
        WORLD_UNTIL(!world_session("t1")->scope.starting);
        ck_assert(!world_session("t1")->leader.scoped);
        world_end_leader("t1");
        (void) world_refusal(call, ERROR_START_FAILED);
        world_assert_gone("t1");
        world_end();
}

/* A process of somebody else's has the number that the leader had, and so got into the scope. */
static Session *let_stranger_in(void) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        ck_assert(!systemd_scope_holds_stranger(s));
        s->leader.scoped = false;
        s->leader.pid = getpid();
        s->leader.start++; /* both may have started within one tick of the clock */
        s->uid = getuid() + 1;
        fake_process_set_cgroup(getpid(), "/" SCOPE);
        ck_assert(systemd_scope_holds_stranger(s));
        return s;
}

TEST(strangers_get_no_signals) {
        Session *s = let_stranger_in();

        ck_assert_int_eq(systemd_kill_scope(s, SIGTERM, NULL), -EPERM);
        world_settle();
        ck_assert_uint_eq(fake_bus_heard("KillUnit"), 0);
        world_end();
}

TEST(strangers_are_left_alone) {
        Session *s = let_stranger_in();
        FakeCall *call;

        s->end.stop_requested = true;
        call = fake_bus_call(ROOT, BUS_PATH, MANAGER_INTERFACE, "StopSession", "s", "t1");
        (void) world_answer(call);
        ck_assert_uint_eq(fake_bus_heard("AbandonScope " SCOPE), 1);
        ck_assert_uint_eq(fake_bus_heard("StopUnit " SCOPE), 0);
        world_end();
}

/* It is given up before systemd comes to it, for good. */
TEST(a_scope_that_comes_after_the_end_is_stopped) {
        FakeCall *call;

        world_begin();
        fake_bus_hold("StartTransientUnit " SCOPE, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit " SCOPE));
        for (SessionPhase phase = PHASE_SWEEPING; phase <= PHASE_KILLING; phase++) {
                world_expire(world_session("t1")->deadline);
                WORLD_UNTIL(world_session("t1")->phase == phase);
        }
        world_expire(world_session("t1")->deadline);
        (void) world_refusal(call, ERROR_START_TIMED_OUT);
        world_release("StartTransientUnit " SCOPE);
        WORLD_UNTIL(fake_bus_heard("StopUnit " SCOPE));
        world_end();
}

TEST_MAIN(a_scope_that_is_still_there_is_waited_for, a_scope_that_is_there_already_is_ready,
        a_scope_of_who_has_ended_is_not_ready, strangers_get_no_signals, strangers_are_left_alone,
        a_scope_that_comes_after_the_end_is_stopped);
