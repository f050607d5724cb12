/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads limits from the files of cgroups; see "Core Interface Files" in the kernel's cgroup-v2
 * documentation, and for v1 the documents about each controller. */

#include <stdio.h>
#include <unistd.h>

#include "manager/base/cgroup-limits.h"
#include "shared/parse.h"
#include "shared/time-span.h"

#define WEIGHT_DEFAULT UINT64_C(100)
#define SHARES_DEFAULT UINT64_C(1024) /* v1's for the same */

/* The number that comes first in the text, with LIMIT_NONE for "max" and for negative ones. */
static int read_number(const char *text, uint64_t *ret) {
        char number[24];
        size_t n = strcspn(text, " \n");

        if (n == 0 || n >= sizeof(number))
                return -EBADMSG;
        memcpy(number, text, n);
        number[n] = 0;
        if (streq(number, "max") || number[0] == '-') {
                *ret = LIMIT_NONE;
                return 0;
        }
        return parse_uint64(number, ret) < 0 ? -EBADMSG : 0;
}

static int read_memory(const char *text, uint64_t *ret) {
        int r = read_number(text, ret);

        if (r >= 0 && *ret >= CGROUP_MEMORY_NONE)
                *ret = LIMIT_NONE;
        return r;
}

/* "50000 100000": µs of each period of so many µs. */
static int read_quota(const char *text, uint64_t *ret) {
        const char *space = strchr(text, ' ');
        uint64_t quota, period;
        int r;

        r = read_number(text, &quota);
        if (r >= 0 && quota != LIMIT_NONE)
                r = space ? read_number(space + 1, &period) : -EBADMSG;
        if (r < 0)
                return r;
        if (quota == LIMIT_NONE)
                *ret = LIMIT_NONE;
        else if (period == 0 || __builtin_mul_overflow(quota, USEC_PER_SEC, &quota))
                return -EBADMSG;
        else
                *ret = quota / period;
        return 0;
}

/* "default 100", and lines for devices. */
static int read_io_weight(const char *text, uint64_t *ret) {
        const char *number = startswith(text, "default ");

        return number ? read_number(number, ret) : -EBADMSG;
}

static int read_shares(const char *text, uint64_t *ret) {
        uint64_t shares;
        int r;

        r = read_number(text, &shares);
        if (r < 0 || shares > UINT32_MAX)
                return -EBADMSG;
        *ret = (shares * WEIGHT_DEFAULT + SHARES_DEFAULT / 2) / SHARES_DEFAULT;
        return 0;
}

/* Where the kernel has each limit, v1 and v2; no file: it has none. */
static const struct {
        CgroupFile hierarchy;
        const char *file;
        int (*read)(const char *text, uint64_t *ret);
} files[2][LIMIT_KIND_MAX] = {
        {
                [LIMIT_MEMORY_MAX] = { CGROUP_MEMORY, "memory.limit_in_bytes", read_memory },
                [LIMIT_CPU_QUOTA] = { CGROUP_QUOTA, "cpu.cfs_quota_us",
                        NULL }, /* and the period beside it */
                [LIMIT_CPU_WEIGHT] = { CGROUP_QUOTA, "cpu.shares", read_shares },
                [LIMIT_TASKS_MAX] = { CGROUP_TASKS, "pids.max", read_number },
        },
        {
                [LIMIT_MEMORY_MAX] = { CGROUP_MEMORY, "memory.max", read_memory },
                [LIMIT_MEMORY_HIGH] = { CGROUP_MEMORY, "memory.high", read_memory },
                [LIMIT_MEMORY_SWAP_MAX] = { CGROUP_MEMORY, "memory.swap.max", read_memory },
                [LIMIT_CPU_QUOTA] = { CGROUP_CPU, "cpu.max", read_quota },
                [LIMIT_CPU_WEIGHT] = { CGROUP_CPU, "cpu.weight", NULL }, /* or cpu.idle */
                [LIMIT_IO_WEIGHT] = { CGROUP_IO, "io.weight", read_io_weight },
                [LIMIT_TASKS_MAX] = { CGROUP_TASKS, "pids.max", read_number },
        },
};

/* v1's quota, as v2 writes it. */
static int read_quota_of_v1(const CgroupTree *tree, const char *slice, const char *unit, uint64_t *ret) {
        char quota[CGROUP_TEXT_MAX], period[CGROUP_TEXT_MAX], text[2 * CGROUP_TEXT_MAX];
        int r;

        r = cgroup_read_file(tree, CGROUP_QUOTA, slice, unit, "cpu.cfs_quota_us", quota);
        if (r >= 0)
                r = cgroup_read_file(tree, CGROUP_QUOTA, slice, unit, "cpu.cfs_period_us", period);
        if (r < 0)
                return r;
        quota[strcspn(quota, "\n")] = 0;
        snprintf(text, sizeof(text), "%s %s", quota, period);
        return read_quota(text, ret);
}

/* Of what is idle, cpu.weight tells something, too. */
static int read_weight(const CgroupTree *tree, const char *slice, const char *unit, uint64_t *ret) {
        char text[CGROUP_TEXT_MAX];
        uint64_t idle;
        int r;

        if (cgroup_read_file(tree, CGROUP_CPU, slice, unit, "cpu.idle", text) >= 0 &&
                read_number(text, &idle) >= 0 && idle == 1) {
                *ret = LIMIT_WEIGHT_IDLE;
                return 0;
        }
        r = cgroup_read_file(tree, CGROUP_CPU, slice, unit, "cpu.weight", text);
        return r < 0 ? r : read_number(text, ret);
}

static int read_limit(
        const CgroupTree *tree, const char *slice, const char *unit, LimitKind kind, uint64_t *ret) {
        char text[CGROUP_TEXT_MAX];
        int r;

        if (!files[tree->unified][kind].file)
                return -ENOENT;
        if (!files[tree->unified][kind].read)
                return kind == LIMIT_CPU_QUOTA ? read_quota_of_v1(tree, slice, unit, ret)
                                               : read_weight(tree, slice, unit, ret);
        r = cgroup_read_file(tree, files[tree->unified][kind].hierarchy, slice, unit,
                files[tree->unified][kind].file, text);
        return r < 0 ? r : files[tree->unified][kind].read(text, ret);
}

void cgroup_read_limits(const CgroupTree *tree, const char *slice, const char *unit, Limits *ret) {
        uint64_t value;

        limits_init(ret);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (read_limit(tree, slice, unit, kind, &value) >= 0)
                        limits_set(ret, kind, value);
}

/* Is the word among those of the line? */
static bool has_word(const char *line, const char *word) {
        size_t length = strlen(word);

        for (const char *p = line; (p = strstr(p, word)); p += length)
                if ((p == line || p[-1] == ' ') && strchr(" \n", p[length]))
                        return true;
        return false;
}

/* The controllers that the top of the tree has: systemd hands them out to its units as needed. */
static uint64_t find_controllers(const CgroupTree *tree) {
        static const char *const controllers[LIMIT_KIND_MAX] = {
                [LIMIT_MEMORY_MAX] = "memory",
                [LIMIT_MEMORY_HIGH] = "memory",
                [LIMIT_MEMORY_SWAP_MAX] = "memory",
                [LIMIT_CPU_QUOTA] = "cpu",
                [LIMIT_CPU_WEIGHT] = "cpu",
                [LIMIT_IO_WEIGHT] = "io",
                [LIMIT_TASKS_MAX] = "pids",
        };
        char text[CGROUP_TEXT_MAX];
        uint64_t found = 0;

        if (cgroup_read_file(tree, CGROUP_CPU, NULL, NULL, "cgroup.controllers", text) < 0)
                return LIMITS_ALL;
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (has_word(text, controllers[kind]))
                        found |= UINT64_C(1) << kind;
        return found;
}

uint64_t cgroup_find_limits(const CgroupTree *tree) {
        uint64_t found = 0;

        if (!tree->prefix)
                return LIMITS_ALL;
        if (tree->unified)
                return find_controllers(tree);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++) {
                const char *file = files[false][kind].file;

                if (!file)
                        continue;
                if (kind == LIMIT_TASKS_MAX)
                        file = "cgroup.procs"; /* a hierarchy's top has no pids.max */
                if (cgroup_has_file(tree, files[false][kind].hierarchy, file))
                        found |= UINT64_C(1) << kind;
        }
        return found;
}

bool cgroup_limit_is_same(LimitKind kind, uint64_t value, uint64_t kernel) {
        uint64_t page = (uint64_t) sysconf(_SC_PAGESIZE), difference;

        switch (kind) {
        case LIMIT_CPU_WEIGHT:
        case LIMIT_IO_WEIGHT:
                value = value == LIMIT_NONE ? WEIGHT_DEFAULT : value;
                difference = value > kernel ? value - kernel : kernel - value;
                return difference <= (kind == LIMIT_CPU_WEIGHT && value > 0 && kernel > 0);
        case LIMIT_TASKS_MAX:
                return value == kernel;
        case LIMIT_CPU_QUOTA:
                if (value == LIMIT_NONE || kernel == LIMIT_NONE)
                        return value == kernel;
                difference = value > kernel ? value - kernel : kernel - value;
                return difference <= value / 100;
        default:
                if (kernel == LIMIT_NONE)
                        return value >= CGROUP_MEMORY_NONE;
                return value / page == kernel / page;
        }
}
