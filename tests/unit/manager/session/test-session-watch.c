/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keepers of registered kernels: whatever happens to them, the session goes on. */

#include <signal.h>

#include "manager/model/session-state.h"
#include "manager/session/session-watch.h"
#include "shared/message-ids.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define KEEPER "compute-keeper-n1.service"

/* A kernel of which its keeper was told. */
static Session *begin_with(unsigned muted) {
        Session *s;

        world_begin();
        fake_keepers_mute(KEEPER_WATCH, muted);
        s = world_register("/tmp/kernel.json");
        WORLD_UNTIL(fake_keeper_get("n1") && fake_keeper_get("n1")->heard[KEEPER_WATCH]);
        return s;
}

/* It is there as before, and nobody follows it. */
static void assert_goes_on_alone(Session *s) {
        WORLD_UNTIL(s->keeper.lost);
        WORLD_UNTIL(!fake_systemd_unit(KEEPER));
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        (void) world_refusal(
                world_call_session("n1", "GetOutputs", "ta{sv}", UINT64_C(0), 0), ERROR_START_FAILED);
        ck_assert_int_eq(kill(s->leader.pid, SIGKILL), 0);
        world_end_leader("n1");
        world_assert_gone("n1");
        world_end();
}

TEST(kernels_are_watched) {
        Session *s = begin_with(0);

        WORLD_UNTIL(world_has_logged(MESSAGE_KERNEL_WATCHED));
        ck_assert(!s->keeper.lost);
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert_int_eq(kill(s->leader.pid, SIGKILL), 0);
        world_end_leader("n1");
        world_assert_gone("n1");
        world_end();
}

/* It was killed, and knows no more what it followed. */
TEST(the_next_keeper_is_asked_again) {
        Session *s = begin_with(0);
        FakeKeeper *k = fake_keeper_get("n1");

        world_settle();
        k->phase = KEEPER_PHASE_IDLE;
        fake_keeper_hang_up(k);
        WORLD_UNTIL(s->keeper.reconnect);
        world_expire(s->keeper.reconnect);
        WORLD_UNTIL(k->heard[KEEPER_WATCH] == 2);
        world_end();
}

/* Before it answered: then it is asked once, not twice. */
TEST(what_was_not_answered_is_asked_once_more) {
        Session *s = begin_with(1);
        FakeKeeper *k = fake_keeper_get("n1");

        fake_keeper_hang_up(k);
        WORLD_UNTIL(s->keeper.reconnect);
        world_expire(s->keeper.reconnect);
        WORLD_UNTIL(k->heard[KEEPER_WATCH] == 2);
        WORLD_UNTIL(world_has_logged(MESSAGE_KERNEL_WATCHED));
        world_settle();
        ck_assert_uint_eq(k->heard[KEEPER_WATCH], 2);
        world_end();
}

TEST(a_keeper_that_cannot_is_stopped) {
        Session *s = begin_with(1);

        fake_keeper_refuse(
                fake_keeper_get("n1"), KEEPER_WATCH, KEEPER_ERROR_FAILED, "There is no such file.");
        fake_bus_refuse("StartTransientUnit compute-outputs-n1.service", 1, SD_BUS_ERROR_FAILED, "No.");
        assert_goes_on_alone(s);
}

TEST(a_keeper_that_does_not_answer_is_stopped) {
        Session *s = begin_with(1);

        world_expire(s->keeper.requests.timer);
        ck_assert_uint_eq(s->keeper.requests.n, 1);
        s->keeper.requests.items[0]->deadline = 0;
        fake_bus_refuse("StartTransientUnit compute-outputs-n1.service", 1, SD_BUS_ERROR_FAILED, "No.");
        assert_goes_on_alone(s);
}

TEST(without_a_keeper_the_session_goes_on) {
        Session *s;

        world_begin();
        fake_bus_refuse("StartTransientUnit " KEEPER, 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
        s = world_register("/tmp/kernel.json");
        world_settle();
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        ck_assert_int_eq(kill(s->leader.pid, SIGKILL), 0);
        world_end_leader("n1");
        world_assert_gone("n1");
        world_end();
}

TEST_MAIN(kernels_are_watched, the_next_keeper_is_asked_again, what_was_not_answered_is_asked_once_more,
        a_keeper_that_cannot_is_stopped, a_keeper_that_does_not_answer_is_stopped,
        without_a_keeper_the_session_goes_on);
