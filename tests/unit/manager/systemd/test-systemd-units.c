/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What systemd is asked at start-up: its version, its cgroup, and which units of ours there are. */

#include "manager/systemd/systemd-units.h"
#include "shared/strv.h"
#include "tests/unit/capture.h"
#include "tests/unit/manager/fakes/world.h"
#include "tests/unit/test-main.h"

TEST(versions) {
        static const struct {
                const char *version;
                bool takes_pidfds;
        } table[] = {
                { "252.39-1~deb12u1", false }, { "254", false }, { "255.4-1ubuntu8", true },
                { "257.9-1~deb13u1", true }, { "v257-3.fc42", false }, /* not such a thing */
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                world_begin_new(/* user_mode = */ true);
                fake_systemd_set_version(table[i].version);
                ck_assert_int_eq(world_start(), 0);
                ck_assert_int_eq(world_manager->systemd_takes_pidfds, table[i].takes_pidfds);
                world_end();
        }
}

TEST(cgroups) {
        Capture c;

        world_begin_new(/* user_mode = */ true);
        fake_systemd_set_cgroup("/user.slice/user-1000.slice/user@1000.service");
        ck_assert_int_eq(world_start(), 0);
        ck_assert_str_eq(world_manager->cgroups.prefix, "/user.slice/user-1000.slice/user@1000.service");
        world_end();
        /* One that leads elsewhere. */
        world_begin_new(/* user_mode = */ true);
        fake_systemd_set_cgroup("/../etc");
        capture_begin(&c);
        ck_assert_int_eq(world_start(), 0);
        (void) capture_end(&c);
        ck_assert_ptr_null(world_manager->cgroups.prefix);
        world_end();
}

TEST(units_are_listed) {
        char **active = NULL, **ended = NULL;

        world_begin();
        (void) fake_systemd_add("compute-t1.scope");
        fake_systemd_add("compute-t2.scope")->active_state = "deactivating";
        fake_systemd_add("compute-t3.scope")->active_state = "failed";
        fake_systemd_add("compute-keeper-t3.service")->active_state = "inactive";
        fake_bus_serve();
        ck_assert_int_ge(systemd_list_units(world_manager, &active, &ended), 0);
        fake_bus_serve_end();
        ck_assert_uint_eq(strv_length(active), 2);
        ck_assert_str_eq(active[0], "compute-t1.scope");
        ck_assert_str_eq(active[1], "compute-t2.scope");
        ck_assert_uint_eq(strv_length(ended), 2);
        strv_free(active);
        strv_free(ended);
        world_end();
}

TEST_MAIN(versions, cgroups, units_are_listed);
