/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What follows when systemd asks the controller of a scope to stop it. */

#include "manager/base/systemd-names.h"
#include "manager/model/session-state.h"
#include "manager/systemd/scope-controller.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

/* systemctl stop */
static void ask_to_stop(const char *unit) {
        char *path = NULL;

        ck_assert_int_ge(sd_bus_path_encode(SYSTEMD_UNIT_PATH, unit, &path), 0);
        fake_bus_signal(SYSTEMD_NAME, path, SYSTEMD_SCOPE, "RequestStop", "");
        free(path);
}

TEST(kernels_are_shut_down_however_they_are_stopped) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        ck_assert(s->scope.controlled);
        ck_assert_str_eq(fake_systemd_unit("compute-n1.scope")->controller, ":1.1");
        ask_to_stop("compute-n1.scope");
        world_assert_gone("n1");
        ck_assert_uint_eq(
                fake_bus_heard("SessionRemoved n1 /org/computesession1/session/n1 unit-stopped"), 1);
        world_end();
}

TEST(terminals_are_systemds_to_stop) {
        Session *s;

        world_begin();
        s = world_start_terminal();
        ck_assert(!s->scope.controlled);
        ask_to_stop("compute-t1.scope");
        ask_to_stop("compute-n9.scope");
        ask_to_stop("other.scope");
        fake_bus_signal(SYSTEMD_NAME, "/elsewhere", SYSTEMD_SCOPE, "RequestStop", "");
        world_settle();
        ck_assert_int_eq(s->phase, PHASE_RUNNING);
        world_end();
}

TEST(what_is_being_started_is_given_up) {
        FakeCall *call;

        world_begin();
        fake_keepers_mute(KEEPER_OPEN_GATE, 1);
        call = world_ask_for_notebook("/tmp/a.ipynb");
        WORLD_UNTIL(fake_keeper_get("n1") && fake_keeper_get("n1")->heard[KEEPER_OPEN_GATE]);
        ask_to_stop("compute-n1.scope");
        (void) world_refusal(call, ERROR_STOPPED);
        world_assert_gone("n1");
        world_end();
}

/* Our own stop has systemd ask us, too. */
TEST(what_is_being_stopped_goes_on) {
        Session *s;

        world_begin();
        s = world_start_notebook("/tmp/a.ipynb");
        fake_keepers_mute(KEEPER_SHUTDOWN, 1);
        (void) world_call_session("n1", "Stop", "");
        WORLD_UNTIL(s->phase == PHASE_PARTING);
        ask_to_stop("compute-n1.scope");
        world_settle();
        ck_assert_int_eq(s->phase, PHASE_PARTING);
        world_end();
}

/* systemd pays for each, so there are so many. */
TEST(so_many_are_ours) {
        Session *s;

        world_begin();
        world_manager->controllers = CONTROLLERS_MAX;
        s = world_start_notebook("/tmp/a.ipynb");
        ck_assert(!s->scope.controlled);
        ck_assert_str_eq(fake_systemd_unit("compute-n1.scope")->controller, "");
        world_manager->controllers = 0;
        world_end();
}

TEST_MAIN(kernels_are_shut_down_however_they_are_stopped, terminals_are_systemds_to_stop,
        what_is_being_started_is_given_up, what_is_being_stopped_goes_on, so_many_are_ours);
