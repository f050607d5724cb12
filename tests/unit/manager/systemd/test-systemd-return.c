/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* systemd goes and comes back, and nothing is lost: neither what it was asked, nor what it would have
 * said. */

#include "manager/model/session-state.h"
#include "manager/systemd/systemd-return.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define SCOPE  "compute-t1.scope"
#define KEEPER "compute-keeper-t1.service"

TEST(what_it_was_asked_meanwhile_is_asked_again) {
        FakeCall *call;

        world_begin();
        fake_systemd_go();
        call = world_ask_for_terminal();
        WORLD_UNTIL(world_manager->systemd_calls.away);
        fake_systemd_return();
        (void) world_answer(call);
        ck_assert_uint_ge(fake_bus_heard("StartTransientUnit " KEEPER), 2);
        ck_assert_ptr_null(world_manager->systemd_calls.away);
        world_end();
}

/* If nobody tells that it is back. */
TEST(it_is_asked_now_and_then) {
        FakeCall *call;

        world_begin();
        fake_bus_refuse("StartTransientUnit", 1, SD_BUS_ERROR_NO_REPLY, "It left.");
        call = world_ask_for_terminal();
        WORLD_UNTIL(world_manager->systemd_calls.away);
        world_expire(world_manager->systemd_calls.away);
        (void) world_answer(call);
        world_end();
}

/* One that stays away. */
TEST(it_is_not_asked_for_ever) {
        FakeCall *call;

        world_begin();
        fake_systemd_go();
        call = world_ask_for_terminal();
        WORLD_UNTIL(world_manager->systemd_calls.n_waiting == 1);
        world_manager->systemd_calls.waiting[0]->asked = 1;
        world_expire(world_manager->systemd_calls.away);
        WORLD_UNTIL(world_session("t1")->phase == PHASE_DISMISSING);
        world_expire(world_session("t1")->deadline);
        (void) world_refusal(call, ERROR_START_FAILED);
        world_end();
}

/* A unit that it made before it left, and did not tell. */
TEST(a_keeper_that_was_started_is_not_started_twice) {
        FakeCall *call;

        world_begin();
        fake_bus_refuse("StartTransientUnit " KEEPER, 1, SD_BUS_ERROR_NO_REPLY, "It left.");
        call = world_ask_for_terminal();
        WORLD_UNTIL(world_manager->systemd_calls.away);
        (void) fake_systemd_add(KEEPER);
        world_expire(world_manager->systemd_calls.away);
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit " KEEPER) == 2);
        world_settle();
        /* It speaks for itself. */
        ck_assert_ptr_null(call->answer);
        ck_assert_int_eq(world_session("t1")->phase, PHASE_PREPARING);
        world_end();
}

/* Jobs whose end nobody heard. */

TEST(a_scope_that_was_made_meanwhile) {
        FakeCall *call;

        world_begin();
        fake_systemd_set_job(SCOPE, NULL);
        call = world_ask_for_terminal();
        WORLD_UNTIL(world_session("t1") && fake_bus_heard("StartTransientUnit " SCOPE));
        world_settle();
        ck_assert_int_eq(world_session("t1")->phase, PHASE_SCOPING);
        fake_systemd_go();
        fake_systemd_return();
        (void) world_answer(call);
        world_end();
}

TEST(a_scope_that_was_stopped_meanwhile) {
        FakeCall *call;

        world_begin();
        (void) world_start_terminal();
        fake_systemd_set_job(SCOPE, NULL);
        call = world_call_session("t1", "Stop", "");
        WORLD_UNTIL(fake_bus_heard("StopUnit " SCOPE));
        world_settle();
        fake_systemd_go();
        fake_systemd_return();
        (void) world_answer(call);
        world_assert_gone("t1");
        world_end();
}

TEST(a_keeper_that_was_stopped_meanwhile) {
        world_begin();
        (void) world_start_terminal();
        fake_systemd_set_job(KEEPER, NULL);
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        WORLD_UNTIL(fake_bus_heard("StopUnit " KEEPER));
        world_settle();
        fake_systemd_go();
        fake_systemd_return();
        world_assert_gone("t1");
        world_end();
}

/* A start that was given up while its scope was being made. */
TEST(a_scope_that_is_not_wanted_any_more) {
        FakeCall *call;

        world_begin();
        fake_systemd_set_job(SCOPE, NULL);
        call = world_ask_for_terminal();
        WORLD_UNTIL(world_session("t1") && fake_bus_heard("StartTransientUnit " SCOPE));
        world_settle();
        world_expire(world_session("t1")->deadline);
        WORLD_UNTIL(world_session("t1")->phase == PHASE_SWEEPING);
        fake_systemd_go();
        fake_systemd_return();
        (void) world_refusal(call, ERROR_START_TIMED_OUT);
        world_assert_gone("t1");
        world_end();
}

/* Loading its units again, it may have told what nobody heard, too. */
TEST(a_reload_is_a_return) {
        FakeCall *call;

        world_begin();
        (void) world_start_terminal();
        fake_systemd_set_job(SCOPE, NULL);
        call = world_call_session("t1", "Stop", "");
        WORLD_UNTIL(fake_bus_heard("StopUnit " SCOPE));
        world_settle();
        fake_systemd_reload();
        (void) world_answer(call);
        ck_assert_uint_eq(fake_bus_heard("StopUnit " SCOPE), 2);
        world_end();
}

/* Who only runs has missed nothing. */
TEST(sessions_that_run_do_not_notice) {
        world_begin();
        (void) world_start_terminal();
        world_settle();
        fake_bus_forget();
        fake_systemd_go();
        fake_systemd_return();
        fake_systemd_reload();
        world_settle();
        ck_assert_uint_eq(fake_bus_heard("StopUnit") + fake_bus_heard("StartTransientUnit"), 0);
        ck_assert_int_eq(world_session("t1")->phase, PHASE_RUNNING);
        world_end();
}

TEST_MAIN(what_it_was_asked_meanwhile_is_asked_again, it_is_asked_now_and_then, it_is_not_asked_for_ever,
        a_keeper_that_was_started_is_not_started_twice, a_scope_that_was_made_meanwhile,
        a_scope_that_was_stopped_meanwhile, a_keeper_that_was_stopped_meanwhile,
        a_scope_that_is_not_wanted_any_more, a_reload_is_a_return, sessions_that_run_do_not_notice);
