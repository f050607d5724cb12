/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits of cgroups, v1 and v2, with files as the kernel writes them. */

#include "manager/base/cgroup-limits.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define SLICE  "compute-1000.slice"
#define SCOPE  "compute-t1.scope"
#define FOLDER "compute.slice/" SLICE "/" SCOPE

#define BIT(kind) (UINT64_C(1) << (kind))

static void put(const char *folder, const char *name, const char *text) {
        char *path = scratch_path(folder, name);

        (void) unlink(path);
        free(path);
        free(scratch_file(folder, name, text, 0644));
}

static void open_tree(CgroupTree *tree, const char *folder, bool unified, const char *prefix) {
        cgroup_tree_init(tree);
        ck_assert_int_eq(cgroup_tree_open(tree, folder, unified, prefix), 0);
}

static void check(const CgroupTree *tree, LimitKind kind, uint64_t expected) {
        Limits limits;

        cgroup_read_limits(tree, SLICE, SCOPE, &limits);
        ck_assert_msg(limits_have(&limits, kind), "%s is not known", limit_kind_to_name(kind));
        ck_assert_uint_eq(limits.values[kind], expected);
}

TEST(unified) {
        char *folder = scratch_make();
        CgroupTree tree;
        Limits limits;

        put(folder, FOLDER "/memory.max", "1048576\n");
        put(folder, FOLDER "/memory.high", "max\n");
        put(folder, FOLDER "/memory.swap.max", "0\n");
        put(folder, FOLDER "/cpu.max", "50000 100000\n");
        put(folder, FOLDER "/cpu.weight", "200\n");
        put(folder, FOLDER "/io.weight", "default 50\n8:0 100\n");
        put(folder, FOLDER "/pids.max", "33\n");
        open_tree(&tree, folder, /* unified = */ true, "");
        check(&tree, LIMIT_MEMORY_MAX, 1048576);
        check(&tree, LIMIT_MEMORY_HIGH, LIMIT_NONE);
        check(&tree, LIMIT_MEMORY_SWAP_MAX, 0);
        check(&tree, LIMIT_CPU_QUOTA, 500000);
        check(&tree, LIMIT_CPU_WEIGHT, 200);
        check(&tree, LIMIT_IO_WEIGHT, 50);
        check(&tree, LIMIT_TASKS_MAX, 33);

        put(folder, FOLDER "/cpu.max", "max 100000\n");
        check(&tree, LIMIT_CPU_QUOTA, LIMIT_NONE);
        put(folder, FOLDER "/pids.max", "max\n");
        check(&tree, LIMIT_TASKS_MAX, LIMIT_NONE);
        put(folder, FOLDER "/cpu.idle", "0\n");
        check(&tree, LIMIT_CPU_WEIGHT, 200);
        put(folder, FOLDER "/cpu.idle", "1\n");
        put(folder, FOLDER "/cpu.weight", "1\n");
        check(&tree, LIMIT_CPU_WEIGHT, LIMIT_WEIGHT_IDLE);
        put(folder, FOLDER "/cpu.idle", "0\n");
        check(&tree, LIMIT_CPU_WEIGHT, 1);
        /* Nothing that it cannot read is a limit. */
        put(folder, FOLDER "/cpu.max", "50000 0\n");
        put(folder, FOLDER "/io.weight", "8:0 100\n");
        put(folder, FOLDER "/pids.max", "\n");
        put(folder, FOLDER "/cpu.weight", "heavy\n");
        cgroup_read_limits(&tree, SLICE, SCOPE, &limits);
        ck_assert_uint_eq(
                limits.given, BIT(LIMIT_MEMORY_MAX) | BIT(LIMIT_MEMORY_HIGH) | BIT(LIMIT_MEMORY_SWAP_MAX));
        cgroup_tree_done(&tree);
        scratch_remove(folder);
}

TEST(legacy) {
        char *folder = scratch_make();
        CgroupTree tree;
        Limits limits;

        put(folder, "memory/" FOLDER "/memory.limit_in_bytes", "9223372036854771712\n");
        put(folder, "cpu/" FOLDER "/cpu.cfs_quota_us", "-1\n");
        put(folder, "cpu/" FOLDER "/cpu.cfs_period_us", "100000\n");
        put(folder, "cpu/" FOLDER "/cpu.shares", "1024\n");
        put(folder, "pids/" FOLDER "/pids.max", "4915\n");
        open_tree(&tree, folder, /* unified = */ false, "");
        check(&tree, LIMIT_MEMORY_MAX, LIMIT_NONE);
        check(&tree, LIMIT_CPU_QUOTA, LIMIT_NONE);
        check(&tree, LIMIT_CPU_WEIGHT, 100);
        check(&tree, LIMIT_TASKS_MAX, 4915);
        put(folder, "memory/" FOLDER "/memory.limit_in_bytes", "4096\n");
        put(folder, "cpu/" FOLDER "/cpu.cfs_quota_us", "25000\n");
        put(folder, "cpu/" FOLDER "/cpu.shares", "512\n");
        check(&tree, LIMIT_MEMORY_MAX, 4096);
        check(&tree, LIMIT_CPU_QUOTA, 250000);
        check(&tree, LIMIT_CPU_WEIGHT, 50);
        cgroup_read_limits(&tree, SLICE, SCOPE, &limits);
        ck_assert(!limits_have(&limits, LIMIT_MEMORY_HIGH) && !limits_have(&limits, LIMIT_IO_WEIGHT));

        /* A scope that is gone. */
        cgroup_read_limits(&tree, SLICE, "compute-t2.scope", &limits);
        ck_assert_uint_eq(limits.given, 0);
        cgroup_tree_done(&tree);
        scratch_remove(folder);
}

TEST(what_a_system_can_do) {
        char *folder = scratch_make();
        CgroupTree tree;

        cgroup_tree_init(&tree);
        ck_assert_uint_eq(cgroup_find_limits(&tree), LIMITS_ALL);
        put(folder, "user.slice/a/cgroup.controllers", "memory pids\n");
        put(folder, "cgroup.controllers", "cpuset cpu io memory hugetlb pids rdma\n");
        open_tree(&tree, folder, /* unified = */ true, "");
        ck_assert_uint_eq(cgroup_find_limits(&tree), LIMITS_ALL);
        cgroup_tree_done(&tree);
        open_tree(&tree, folder, /* unified = */ true, "/user.slice/a");
        ck_assert_uint_eq(cgroup_find_limits(&tree),
                BIT(LIMIT_MEMORY_MAX) | BIT(LIMIT_MEMORY_HIGH) | BIT(LIMIT_MEMORY_SWAP_MAX) |
                        BIT(LIMIT_TASKS_MAX));
        put(folder, "user.slice/a/cgroup.controllers", "cpuset\n");
        ck_assert_uint_eq(cgroup_find_limits(&tree), 0);
        cgroup_tree_done(&tree);

        put(folder, "memory/memory.limit_in_bytes", "9223372036854771712\n");
        put(folder, "pids/cgroup.procs", "1\n");
        open_tree(&tree, folder, /* unified = */ false, "");
        ck_assert_uint_eq(cgroup_find_limits(&tree), BIT(LIMIT_MEMORY_MAX) | BIT(LIMIT_TASKS_MAX));
        cgroup_tree_done(&tree);
        put(folder, "cpu/cpu.cfs_quota_us", "-1\n");
        put(folder, "cpu/cpu.shares", "1024\n");
        open_tree(&tree, folder, /* unified = */ false, "");
        ck_assert_uint_eq(cgroup_find_limits(&tree),
                BIT(LIMIT_MEMORY_MAX) | BIT(LIMIT_TASKS_MAX) | BIT(LIMIT_CPU_QUOTA) | BIT(LIMIT_CPU_WEIGHT));
        cgroup_tree_done(&tree);
        scratch_remove(folder);
}

TEST(what_the_kernel_makes_of_a_value) {
        static const struct {
                LimitKind kind;
                uint64_t value, kernel;
                bool same;
        } cases[] = {
                { LIMIT_MEMORY_MAX, 100000001, 100000001 / 4096 * 4096, true },
                { LIMIT_MEMORY_MAX, 100000001, 200000000, false },
                { LIMIT_MEMORY_MAX, LIMIT_NONE, LIMIT_NONE, true },
                { LIMIT_MEMORY_MAX, LIMIT_NONE, 4096, false },
                { LIMIT_MEMORY_MAX, 4096, LIMIT_NONE, false },
                { LIMIT_CPU_QUOTA, 333333, 333330, true },
                { LIMIT_CPU_QUOTA, 500000, 510000, false },
                { LIMIT_CPU_QUOTA, LIMIT_NONE, 500000, false },
                { LIMIT_CPU_WEIGHT, LIMIT_NONE, 100, true },
                { LIMIT_CPU_WEIGHT, 100, 100, true },
                { LIMIT_CPU_WEIGHT, 33, 32, true },
                { LIMIT_CPU_WEIGHT, LIMIT_WEIGHT_IDLE, 0, true },
                { LIMIT_CPU_WEIGHT, LIMIT_WEIGHT_IDLE, 1, false },
                { LIMIT_CPU_WEIGHT, 1, 0, false },
                { LIMIT_IO_WEIGHT, 50, 51, false },
                { LIMIT_IO_WEIGHT, LIMIT_NONE, 100, true },
                { LIMIT_TASKS_MAX, 10, 10, true },
                { LIMIT_TASKS_MAX, 10, 11, false },
                { LIMIT_TASKS_MAX, LIMIT_NONE, LIMIT_NONE, true },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                ck_assert_msg(cgroup_limit_is_same(cases[i].kind, cases[i].value, cases[i].kernel) ==
                                cases[i].same,
                        "case %zu", i);
}

TEST_MAIN(unified, legacy, what_a_system_can_do, what_the_kernel_makes_of_a_value);
