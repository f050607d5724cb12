/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When systemd's jobs are listened to, and whose are heard. */

#include "manager/base/systemd-names.h"
#include "manager/model/session-state.h"
#include "manager/systemd/systemd-jobs.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define SCOPE "compute-t1.scope"

static void tell_removed(const char *job, const char *unit, const char *result) {
        fake_bus_signal(SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "JobRemoved", "uoss", UINT32_C(1), job,
                unit, result);
}

/* An idle manager is not woken by everything else that goes on in the system. */
TEST(jobs_are_listened_to_while_one_is_expected) {
        world_begin();
        ck_assert_ptr_null(world_manager->systemd_jobs.match);
        fake_keepers_mute(KEEPER_START, 1);
        fake_systemd_set_job("compute-keeper-t1.service", NULL);
        (void) world_ask_for_terminal();
        WORLD_UNTIL(world_session("t1"));
        ck_assert_ptr_nonnull(world_manager->systemd_jobs.match);
        ck_assert_uint_eq(world_manager->systemd_jobs.expected, 1);
        world_settle();
        fake_systemd_end_job("compute-keeper-t1.service", "done");
        WORLD_UNTIL(!world_manager->systemd_jobs.match);
        ck_assert_uint_eq(world_manager->systemd_jobs.expected, 0);
        world_end();
}

TEST(other_jobs_are_none_of_ours) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        fake_systemd_set_job(SCOPE, NULL);
        (void) world_call_session("t1", "Stop", "");
        WORLD_UNTIL(systemd_job_is_known(s->scope.job));
        tell_removed("/org/freedesktop/systemd1/job/999", "ssh.service", "done");
        tell_removed("/org/freedesktop/systemd1/job/999", "compute-t9.scope", "done");
        tell_removed("/org/freedesktop/systemd1/job/999", SCOPE, "canceled"); /* one that ours replaced */
        world_settle();
        ck_assert_int_eq(s->phase, PHASE_STOPPING);
        fake_systemd_end_job(SCOPE, "done");
        world_assert_gone("t1");
        world_end();
}

/* The bus would not let us listen, for once: then there are deadlines. */
TEST(without_a_match_deadlines_are_left) {
        FakeCall *call;

        world_begin();
        fake_bus_refuse("AddMatch", 1, SD_BUS_ERROR_LIMITS_EXCEEDED, "Too many rules.");
        call = world_ask_for_terminal();
        (void) world_answer(call); /* the fake bus sends all signals, whatever it said */
        world_end();
}

TEST_MAIN(jobs_are_listened_to_while_one_is_expected, other_jobs_are_none_of_ours,
        without_a_match_deadlines_are_left);
