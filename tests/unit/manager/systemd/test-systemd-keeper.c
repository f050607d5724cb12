/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The units of keepers: what callers are told when one is not started, and one that is not stopped. */

#include "manager/model/session-state.h"
#include "manager/systemd/systemd-keeper.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define KEEPER "compute-keeper-t1.service"

/* Mostly it is PAM that refuses; what is wrong with an account is told, if it can be seen. */
TEST(pam_refuses) {
        FakeCall *call;

        world_begin_system();
        fake_systemd_set_job(KEEPER, "failed");
        call = world_ask_for_terminal();
        WORLD_UNTIL(call->answer);
        if (streq(fake_call_error(call), ERROR_START_FAILED))
                ck_assert_ptr_nonnull(strstr(fake_call_message(call), "PAM"));
        else
                ck_assert_str_eq(fake_call_error(call), ERROR_ACCOUNT_REFUSED);
        world_assert_gone("t1");
        world_end();
}

TEST(systemd_takes_too_long) {
        FakeCall *call;

        world_begin_system();
        fake_systemd_set_job(KEEPER, "timeout");
        call = world_ask_for_terminal();
        ck_assert_ptr_null(strstr(world_refusal(call, ERROR_START_FAILED), "PAM"));
        ck_assert_ptr_nonnull(strstr(fake_call_message(call), "(timeout)"));
        world_assert_gone("t1");
        world_end();
}

/* systemd's answer comes when the session is about to go. */
TEST(an_answer_that_comes_too_late) {
        FakeCall *call;

        world_begin();
        fake_bus_hold("StartTransientUnit " KEEPER, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(fake_bus_heard("StartTransientUnit " KEEPER));
        world_expire(world_session("t1")->deadline);
        WORLD_UNTIL(world_session("t1")->phase == PHASE_DISMISSING);
        world_release("StartTransientUnit " KEEPER);
        world_settle();
        WORLD_UNTIL(call->answer || world_session("t1")->keeper.farewell);
        if (!call->answer)
                world_expire(world_session("t1")->keeper.farewell);
        (void) world_refusal(call, ERROR_START_TIMED_OUT);
        world_assert_gone("t1");
        world_end();
}

TEST(a_keeper_that_systemd_does_not_stop) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_bus_refuse("StopUnit " KEEPER, 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        WORLD_UNTIL(fake_bus_heard("StopUnit " KEEPER));
        world_settle();
        ck_assert_int_eq(s->phase, PHASE_DISMISSING);
        world_expire(s->deadline);
        WORLD_UNTIL(fake_bus_heard("SessionRemoved"));
        world_end();
}

/* It went by itself. */
TEST(a_keeper_that_is_gone_is_stopped) {
        world_begin();
        (void) world_start_terminal();
        fake_systemd_unit(KEEPER)->name[0] = 0;
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        WORLD_UNTIL(fake_bus_heard("SessionRemoved"));
        ck_assert_ptr_null(world_session("t1"));
        world_end();
}

TEST_MAIN(pam_refuses, systemd_takes_too_long, an_answer_that_comes_too_late,
        a_keeper_that_systemd_does_not_stop, a_keeper_that_is_gone_is_stopped);
