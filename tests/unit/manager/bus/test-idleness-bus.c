/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ending what nobody uses, by a call: whose sessions, and which. */

#include "manager/bus/idleness-bus.h"
#include "manager/model/session-state.h"
#include "shared/time-span.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

static void assert_verdict(const FakeCall *call, const char *id, const char *verdict, const char *why) {
        const char *one, *other, *text;
        sd_bus_message *m = world_answer(call);

        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(sss)"), 0);
        ck_assert_int_gt(sd_bus_message_read(m, "(sss)", &one, &other, &text), 0);
        ck_assert_str_eq(one, id);
        ck_assert_str_eq(other, verdict);
        ck_assert_msg(strstr(text, why), "says: %s", text);
        ck_assert_int_eq(sd_bus_message_at_end(m, false), 1);
}

static FakeCall *stop_unused(const char *caller, int dry_run) {
        return fake_bus_call(caller, BUS_PATH, MANAGER_INTERFACE, "StopUnusedSessions", "a{sv}", 2,
                "IdleSec", "t", UINT64_C(60), "DryRun", "b", dry_run);
}

/* Nobody has done anything for an hour. */
static void let_idle(Session *s) {
        usec_t ago = now_usec(CLOCK_REALTIME) - USEC_PER_HOUR;
        const uint64_t activity[] = { ago, ago };

        s->created = ago;
        ck_assert_int_eq(pwrite(s->keeper.activity_fd, activity, sizeof(activity), 0), sizeof(activity));
        s->cpu_watch.last = ago;
        s->usage.realtime = now_usec(CLOCK_REALTIME);
        s->usage.monotonic = now_usec(CLOCK_MONOTONIC);
}

TEST(what_is_new_is_kept) {
        world_begin();
        (void) world_start_terminal();
        assert_verdict(stop_unused(OWNER, false), "t1", "kept", "it ");
        world_settle();
        ck_assert_int_eq(world_session("t1")->phase, PHASE_RUNNING);
        world_end();
}

TEST(what_is_idle_is_stopped) {
        world_begin();
        let_idle(world_start_terminal());
        assert_verdict(stop_unused(OWNER, true), "t1", "stopped", "idle for");
        ck_assert_int_eq(world_session("t1")->phase, PHASE_RUNNING);
        let_idle(world_session("t1"));
        assert_verdict(stop_unused(OWNER, false), "t1", "stopped", "idle for");
        world_assert_gone("t1");
        world_end();
}

TEST(what_is_anothers_is_not_touched) {
        sd_bus_message *m;

        world_begin();
        let_idle(world_start_terminal());
        m = world_answer(stop_unused(OTHER, false));
        ck_assert_int_gt(sd_bus_message_enter_container(m, 'a', "(sss)"), 0);
        ck_assert_int_eq(sd_bus_message_at_end(m, false), 1);
        world_end();
}

TEST(a_minute_is_the_least) {
        world_begin();
        (void) world_refusal(
                world_call_manager("StopUnusedSessions", "a{sv}", 1, "IdleSec", "t", UINT64_C(59)),
                ERROR_INVALID_ARGUMENT);
        (void) world_refusal(
                world_call_manager("StopUnusedSessions", "a{sv}", 1, "IdleSecs", "t", UINT64_C(60)),
                ERROR_UNKNOWN_OPTION);
        world_end();
}

TEST_MAIN(what_is_new_is_kept, what_is_idle_is_stopped, what_is_anothers_is_not_touched,
        a_minute_is_the_least);
