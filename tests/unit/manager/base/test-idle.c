/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When the manager ends by itself, and what keeps it from that. */

#include "manager/base/idle.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

static bool is_ending(void) {
        return sd_event_get_state(world_manager->event) == SD_EVENT_FINISHED ||
                sd_event_get_state(world_manager->event) == SD_EVENT_EXITING;
}

/* sd_event_run() says so once, and then the loop is done. */
static void run_until_end(void) {
        usec_t deadline = loop_deadline();

        while (!is_ending()) {
                ck_assert_int_ge(sd_event_run(world_manager->event, 10 * USEC_PER_MSEC), 0);
                ck_assert_uint_lt(now_usec(CLOCK_MONOTONIC), deadline);
        }
}

TEST(without_sessions_it_ends) {
        world_begin();
        world_expire(world_manager->idle);
        WORLD_UNTIL(fake_bus_heard("ReleaseName org.computesession1"));
        run_until_end();
        world_end();
}

/* A call that comes while the name goes is still answered, and may make it stay. */
TEST(who_calls_at_the_last_moment_is_served) {
        FakeCall *call;

        world_begin();
        fake_bus_hold("ReleaseName", 1);
        world_expire(world_manager->idle);
        WORLD_UNTIL(fake_bus_heard("ReleaseName"));
        fake_keepers_mute(KEEPER_START, 1);
        call = world_ask_for_terminal();
        WORLD_UNTIL(world_session("t1"));
        world_release("ReleaseName");
        WORLD_UNTIL(fake_bus_heard("RequestName org.computesession1") == 2);
        ck_assert(!is_ending());
        WORLD_UNTIL(fake_keeper_get("t1") && fake_keeper_get("t1")->heard[KEEPER_START]);
        fake_keeper_fork(fake_keeper_get("t1"));
        (void) world_answer(call);
        world_end();
}

TEST(with_sessions_it_stays) {
        int enabled;

        world_begin();
        (void) world_start_terminal();
        world_settle();
        ck_assert_int_ge(sd_event_source_get_enabled(world_manager->idle, &enabled), 0);
        ck_assert_int_eq(enabled, SD_EVENT_OFF);
        fake_keeper_end_payload(fake_keeper_get("t1"), 0);
        world_assert_gone("t1");
        ck_assert_int_ge(sd_event_source_get_enabled(world_manager->idle, &enabled), 0);
        ck_assert_int_eq(enabled, SD_EVENT_ONESHOT);
        world_end();
}

/* systemd is still asked for somebody. */
TEST(with_calls_under_way_it_stays) {
        FakeCall *call;

        world_begin();
        fake_bus_hold("GetUnitByPID", 1);
        call = world_call_manager("GetSessionByPID", "u", UINT32_C(1));
        WORLD_UNTIL(fake_bus_heard("GetUnitByPID"));
        world_expire(world_manager->idle);
        world_settle();
        ck_assert_uint_eq(fake_bus_heard("ReleaseName"), 0);
        world_release("GetUnitByPID");
        (void) world_refusal(call, ERROR_NO_SUCH_PROCESS);
        world_end();
}

TEST(it_never_ends_if_told_so) {
        int enabled;

        world_begin_new(/* user_mode = */ true);
        world_manager->config.exit_idle = USEC_INFINITY;
        ck_assert_int_eq(world_start(), 0);
        ck_assert_int_ge(sd_event_source_get_enabled(world_manager->idle, &enabled), 0);
        ck_assert_int_eq(enabled, SD_EVENT_OFF);
        world_end();
}

TEST_MAIN(without_sessions_it_ends, who_calls_at_the_last_moment_is_served, with_sessions_it_stays,
        with_calls_under_way_it_stays, it_never_ends_if_told_so);
