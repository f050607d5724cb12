/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pressure stall information, as the kernel writes it. */

#include "manager/base/cgroup.h"
#include "manager/memory/pressure.h"
#include "manager/model/manager.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define REAL                                                   \
        "some avg10=12.34 avg60=5.02 avg300=1.00 total=1234\n" \
        "full avg10=3.05 avg60=0.00 avg300=0.00 total=567\n"

TEST(parses) {
        ck_assert_uint_eq(pressure_parse(REAL, "some"), 1234);
        ck_assert_uint_eq(pressure_parse(REAL, "full"), 305);
        ck_assert_uint_eq(
                pressure_parse("some avg10=100.00 avg60=0.00 avg300=0.00 total=0\n", "some"), 10000);
        ck_assert_uint_eq(pressure_parse("some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", "some"), 0);
        ck_assert_uint_eq(pressure_parse("some avg10=0.00 avg60=0.00\n", "full"), UINT64_MAX);
        ck_assert_uint_eq(pressure_parse("", "some"), UINT64_MAX);
        ck_assert_uint_eq(pressure_parse("some avg10=x\n", "some"), UINT64_MAX);
}

static uint64_t read_in(const char *folder, bool unified) {
        Manager manager = {};
        uint64_t value;
        Session *s;

        cgroup_tree_init(&manager.cgroups);
        ck_assert_int_eq(cgroup_tree_open(&manager.cgroups, folder, unified, ""), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, true, &s), 0);
        value = pressure_read(s, "memory.pressure");
        ck_assert_int_lt(pressure_open_trigger(s), 0);
        session_free_all(&manager.sessions);
        cgroup_tree_done(&manager.cgroups);
        return value;
}

TEST(what_is_not_there_is_unknown) {
        char *folder = scratch_make();

        ck_assert_uint_eq(read_in(folder, true), UINT64_MAX);
        free(scratch_file(
                folder, "compute.slice/compute-1000.slice/compute-t1.scope/memory.pressure", REAL, 0444));
        ck_assert_uint_eq(read_in(folder, false), UINT64_MAX);
        scratch_remove(folder);
}

TEST_MAIN(parses, what_is_not_there_is_unknown);
