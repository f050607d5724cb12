/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is done as the user for sessions without a keeper: the units that are asked for, and what callers
 * are told. */

#include <signal.h>
#include <unistd.h>

#include "manager/access/charges.h"
#include "manager/systemd/errand.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

#define READER  "compute-outputs-n1.service"
#define CLEANER "compute-cleanup-n1.service"

/* A notebook that has ended. */
static void begin(bool system) {
        if (system)
                world_begin_system();
        else
                world_begin();
        (void) world_start_notebook("/tmp/a.ipynb");
        fake_keeper_end_payload(fake_keeper_get("n1"), 0);
        world_assert_gone("n1");
}

static FakeCall *get_outputs(void) {
        return world_call_manager("GetEndedOutputs", "st", "n1", UINT64_C(3));
}

/* What the unit writes to its standard output the caller reads. */
TEST(outputs_are_sent) {
        for (int system = 0; system < 2; system++) {
                int fd;

                begin(system);
                ck_assert_int_gt(sd_bus_message_read(world_answer(get_outputs()), "h", &fd), 0);
                ck_assert_str_eq(
                        fake_systemd_unit(READER)->description, "What is left of compute session n1");
                ck_assert_uint_eq(world_manager->charges.n, 0);
                world_end();
        }
}

TEST(systemd_refuses) {
        begin(false);
        fake_bus_refuse("StartTransientUnit " READER, 1, SD_BUS_ERROR_ACCESS_DENIED, "No units today.");
        ck_assert_ptr_nonnull(strstr(world_refusal(get_outputs(), ERROR_START_FAILED), "No units today."));
        ck_assert_uint_eq(world_manager->charges.n, 0);
        world_end();
}

/* It was away, and had started the unit before. */
TEST(what_was_started_before_it_left_is_ours) {
        FakeCall *call;
        int fd;

        begin(false);
        fake_bus_refuse("StartTransientUnit " READER, 1, SD_BUS_ERROR_NO_REPLY, "It left.");
        call = get_outputs();
        WORLD_UNTIL(world_manager->systemd_calls.away);
        (void) fake_systemd_add(READER);
        world_expire(world_manager->systemd_calls.away);
        ck_assert_int_gt(sd_bus_message_read(world_answer(call), "h", &fd), 0);
        world_end();
}

TEST(who_asks_too_often_is_told_so) {
        Charge charges[256] = {};
        size_t n = 0;

        begin(false);
        while (n < ELEMENTSOF(charges) &&
                charge_take(&charges[n], &world_manager->charges, world_uid(), CHARGE_SYSTEMD, 0) >= 0)
                n++;
        (void) world_refusal(get_outputs(), ERROR_LIMIT_REACHED);
        ck_assert_uint_eq(fake_bus_heard("StartTransientUnit " READER), 0);
        while (n > 0)
                charge_release(&charges[--n]);
        world_end();
}

/* A kernel that ends without its keeper leaves its connection file behind. */
TEST(connection_files_of_lost_keepers_are_removed) {
        for (int refused = 0; refused < 2; refused++) {
                Session *s;
                pid_t payload;

                world_begin();
                s = world_start_notebook("/tmp/a.ipynb");
                payload = s->leader.pid;
                if (refused)
                        fake_bus_refuse("StartTransientUnit " CLEANER, 1, SD_BUS_ERROR_ACCESS_DENIED, "No.");
                fake_keeper_end(fake_keeper_get("n1"));
                WORLD_UNTIL(s->keeper.reconnect);
                world_expire(s->keeper.reconnect);
                WORLD_UNTIL(s->keeper.lost);
                ck_assert_int_eq(kill(payload, SIGKILL), 0);
                world_end_leader("n1");
                WORLD_UNTIL(fake_bus_heard("StartTransientUnit " CLEANER " fail"));
                WORLD_UNTIL(!world_session("n1"));
                world_settle();
                world_end();
        }
}

TEST_MAIN(outputs_are_sent, systemd_refuses, what_was_started_before_it_left_is_ours,
        who_asks_too_often_is_told_so, connection_files_of_lost_keepers_are_removed);
