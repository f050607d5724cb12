/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counters of cgroups, v1 and v2, with files as the kernel writes them. */

#include "manager/base/cgroup.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define SLICE  "compute-1000.slice"
#define SCOPE  "compute-t1.scope"
#define FOLDER "compute.slice/" SLICE "/" SCOPE

static void put(const char *folder, const char *name, const char *text) {
        char *path = scratch_path(folder, name);

        (void) unlink(path);
        free(path);
        free(scratch_file(folder, name, text, 0644));
}

static void check_counters(const uint64_t counters[USAGE_COUNTER_MAX], uint64_t memory, uint64_t cpu,
        uint64_t tasks, uint64_t input, uint64_t output) {
        ck_assert_uint_eq(counters[USAGE_MEMORY], memory);
        ck_assert_uint_eq(counters[USAGE_CPU], cpu);
        ck_assert_uint_eq(counters[USAGE_TASKS], tasks);
        ck_assert_uint_eq(counters[USAGE_IO_READ], input);
        ck_assert_uint_eq(counters[USAGE_IO_WRITE], output);
}

TEST(unified) {
        uint64_t counters[USAGE_COUNTER_MAX];
        char *folder = scratch_make();
        CgroupTree tree;

        put(folder, "user.slice/a/" FOLDER "/cpu.stat",
                "usage_usec 1234\nuser_usec 1000\nsystem_usec 234\n");
        put(folder, "user.slice/a/" FOLDER "/memory.current", "4096\n");
        put(folder, "user.slice/a/" FOLDER "/pids.current", "3\n");
        put(folder, "user.slice/a/" FOLDER "/io.stat",
                "8:0 rbytes=100 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n"
                "8:16 rbytes=1 wbytes=2 rios=1 wios=2 dbytes=7 dios=0\n");
        cgroup_tree_init(&tree);
        ck_assert_int_eq(cgroup_tree_open(&tree, folder, /* unified = */ true, "/user.slice/a"), 0);
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), 0);
        check_counters(counters, 4096, 1234000, 3, 101, 22);

        /* Nobody did any input or output. */
        put(folder, "user.slice/a/" FOLDER "/io.stat", "");
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), 0);
        check_counters(counters, 4096, 1234000, 3, 0, 0);
        cgroup_tree_done(&tree);
        scratch_remove(folder);
}

static void check_memory(const CgroupTree *tree, uint64_t limit, uint64_t peak, uint64_t oom_kills) {
        CgroupMemory memory;

        cgroup_read_memory(tree, SLICE, SCOPE, &memory);
        ck_assert_uint_eq(memory.limit, limit);
        ck_assert_uint_eq(memory.peak, peak);
        ck_assert_uint_eq(memory.oom_kills, oom_kills);
}

TEST(memory) {
        char *folder = scratch_make();
        CgroupTree tree;

        cgroup_tree_init(&tree);
        check_memory(&tree, UINT64_MAX, UINT64_MAX, UINT64_MAX);
        put(folder, FOLDER "/memory.max", "max\n");
        put(folder, FOLDER "/memory.events", "low 0\nhigh 4\nmax 7\noom 5\noom_kill 3\noom_group_kill 1\n");
        ck_assert_int_eq(cgroup_tree_open(&tree, folder, /* unified = */ true, ""), 0);
        check_memory(&tree, UINT64_MAX, UINT64_MAX, 3); /* no memory.peak before Linux 5.19 */
        put(folder, FOLDER "/memory.max", "1048576\n");
        put(folder, FOLDER "/memory.peak", "4096\n");
        check_memory(&tree, 1048576, 4096, 3);

        put(folder, "memory/" FOLDER "/memory.limit_in_bytes", "9223372036854771712\n");
        put(folder, "memory/" FOLDER "/memory.max_usage_in_bytes", "8192\n");
        put(folder, "memory/" FOLDER "/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        ck_assert_int_eq(cgroup_tree_open(&tree, folder, /* unified = */ false, ""), 0);
        check_memory(&tree, UINT64_MAX, 8192, 2);
        put(folder, "memory/" FOLDER "/memory.limit_in_bytes", "8192\n");
        put(folder, "memory/" FOLDER "/memory.oom_control",
                "oom_kill_disable 0\nunder_oom 0\n"); /* Linux 4.12 */
        check_memory(&tree, 8192, 8192, UINT64_MAX);
        cgroup_tree_done(&tree);
        scratch_remove(folder);
}

TEST(legacy) {
        uint64_t counters[USAGE_COUNTER_MAX];
        char *folder = scratch_make();
        CgroupTree tree;

        put(folder, "cpuacct/" FOLDER "/cpuacct.usage", "18446744073709551614\n");
        put(folder, "memory/" FOLDER "/memory.usage_in_bytes", "8192\n");
        put(folder, "pids/" FOLDER "/pids.current", "1\n");
        cgroup_tree_init(&tree);
        ck_assert_int_eq(cgroup_tree_open(&tree, folder, /* unified = */ false, ""), 0);
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), 0);
        check_counters(counters, 8192, UINT64_MAX - 1, 1, USAGE_UNKNOWN, USAGE_UNKNOWN);
        cgroup_tree_done(&tree);
        scratch_remove(folder);
}

/* A controller that is not there, or that the slice does not hand out. */
TEST(what_is_not_there_is_unknown) {
        uint64_t counters[USAGE_COUNTER_MAX];
        char *folder = scratch_make();
        CgroupTree tree;

        put(folder, FOLDER "/cpu.stat", "usage_usec 5\n");
        put(folder, FOLDER "/pids.current", "many\n");
        cgroup_tree_init(&tree);
        ck_assert_int_eq(cgroup_tree_open(&tree, folder, /* unified = */ true, ""), 0);
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), 0);
        check_counters(counters, USAGE_UNKNOWN, 5000, USAGE_UNKNOWN, USAGE_UNKNOWN, USAGE_UNKNOWN);
        cgroup_tree_done(&tree);
        scratch_remove(folder);
}

TEST(without_files_it_is_systemd_who_knows) {
        uint64_t counters[USAGE_COUNTER_MAX] = { 1, 2, 3, 4, 5 };
        char *folder = scratch_make();
        CgroupTree tree;

        cgroup_tree_init(&tree);
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), -ENOENT);
        ck_assert_int_eq(cgroup_tree_open(&tree, folder, /* unified = */ false, "/../etc"), -EINVAL);
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), -ENOENT);
        ck_assert_int_eq(cgroup_tree_open(&tree, "missing", /* unified = */ false, ""), 0);
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), -ENOENT);
        ck_assert_int_eq(cgroup_tree_open(&tree, folder, /* unified = */ true, ""), 0);
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), -ENOENT);
        put(folder, FOLDER "/cpu.stat", "user_usec 5\n");
        ck_assert_int_eq(cgroup_read(&tree, SLICE, SCOPE, counters), -ENOENT);
        check_counters(counters, 1, 2, 3, 4, 5);
        cgroup_tree_done(&tree);
        scratch_remove(folder);
}

static bool is_in(bool v2, const char *prefix, const char *text, const char *unit) {
        char found[UNIT_NAME_SIZE] = "";
        CgroupTree tree;
        int r;

        cgroup_tree_init(&tree);
        ck_assert_int_eq(cgroup_tree_open(&tree, "missing", v2, prefix), 0);
        r = cgroup_find_unit(&tree, text, found);
        ck_assert_int_eq(r, unit ? 0 : -ENOENT);
        cgroup_tree_done(&tree);
        return !unit || streq(found, unit);
}

TEST(the_unit_of_a_process) {
        static const char path[] = "/compute.slice/compute-1000.slice/" SCOPE;
        _cleanup_free_ char *v2 = NULL, *nested = NULL, *v1 = NULL, *users = NULL;

        ck_assert_int_ge(asprintf(&v2, "0::%s\n", path), 0);
        ck_assert_int_ge(asprintf(&nested, "0::%s/init.scope/x.slice\n", path), 0);
        ck_assert_int_ge(asprintf(&v1, "3:memory:/\n1:name=systemd:%s\n0::/\n", path), 0);
        ck_assert_int_ge(asprintf(&users, "0::/user.slice/u.service%s\n", path), 0);
        ck_assert(is_in(true, "", v2, SCOPE));
        ck_assert(is_in(true, "", nested, SCOPE));
        ck_assert(is_in(false, "", v1, SCOPE));
        ck_assert(is_in(false, "", v2, NULL));
        ck_assert(is_in(true, "", v1, NULL));
        /* The sessions of a user's own manager have the same names as others of the system's. */
        ck_assert(is_in(true, "", users, NULL));
        ck_assert(is_in(true, "/user.slice/u.service", users, SCOPE));
        ck_assert(is_in(true, "/user.slice/u.service", v2, NULL));
}

TEST(a_process_in_no_unit_of_ours) {
        ck_assert(is_in(true, "", "", NULL));
        ck_assert(is_in(true, "", "0::/\n", NULL));
        ck_assert(is_in(true, "", "0::/compute.slice/", NULL));
        ck_assert(is_in(true, "", "0::/compute.slice/a.slice\n1:x:/b.scope\n", NULL));
        ck_assert(is_in(true, "", "0::/compute.slice//a.scope\n", NULL));
        ck_assert(is_in(true, "", "nonsense", NULL));
}

TEST_MAIN(unified, memory, legacy, what_is_not_there_is_unknown, without_files_it_is_systemd_who_knows,
        the_unit_of_a_process, a_process_in_no_unit_of_ours);
