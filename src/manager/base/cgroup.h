/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the cgroup of a unit used, read from the kernel's files: the same files, on cgroup v1 and v2, that
 * systemd reads when it is asked for MemoryCurrent, CPUUsageNSec, TasksCurrent, IOReadBytes and
 * IOWriteBytes. */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "shared/ids.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CGROUP_TEXT_MAX \
        4096 /* bytes of a file, its terminating NUL included; io.stat has a line for each device */

#define CGROUP_MEMORY_NONE                      \
        (UINT64_C(0x7fffffffffffffff) / 65536 * \
                65536) /* v1's for no limit is the highest number of whole pages */

#define USAGE_UNKNOWN UINT64_MAX

typedef enum UsageCounter {
        USAGE_MEMORY, /* bytes */
        USAGE_CPU,    /* ns */
        USAGE_TASKS,
        USAGE_IO_READ,  /* bytes */
        USAGE_IO_WRITE, /* bytes */
        USAGE_COUNTER_MAX,
        USAGE_COUNTER_INVALID = -EINVAL,
} UsageCounter;

/* One file that has counters, and the directory of its hierarchy. */
typedef enum CgroupFile {
        CGROUP_CPU,
        CGROUP_MEMORY,
        CGROUP_TASKS,
        CGROUP_IO, /* v2 only */
        /* v1 only, where limits of CPU time may be in another hierarchy than what was used of it. */
        CGROUP_QUOTA,
        CGROUP_FILE_MAX,
} CgroupFile;

typedef struct CgroupTree {
        bool unified; /* v2 */
        int fds[CGROUP_FILE_MAX];
        char *prefix; /* the cgroup of the systemd whose units these are; NULL: files are not read */
} CgroupTree;

/* What it may use of memory and used at most, in bytes, and how many of its processes the kernel killed for
 * want of it. UINT64_MAX: unknown, or no limit. */
typedef struct CgroupMemory {
        uint64_t limit, peak, oom_kills;
} CgroupMemory;

/* Nothing can be read until there is a prefix. */
void cgroup_tree_init(CgroupTree *tree);
void cgroup_tree_done(CgroupTree *tree);

/* Opens what is below root (CGROUP_ROOT); prefix is ControlGroup= of systemd itself, "" or "/user.slice/…".
 * A hierarchy that is not there is no error. -ENOMEM, -EINVAL for a prefix that leads elsewhere. */
int cgroup_tree_open(CgroupTree *tree, const char *root, bool unified, const char *prefix);

/* Reads the counters of a unit in a slice below compute.slice; those that the system does not have become
 * USAGE_UNKNOWN. -ENOENT: there are none at all, and nothing was written to ret. */
int cgroup_read(
        const CgroupTree *tree, const char *slice, const char *unit, uint64_t ret[USAGE_COUNTER_MAX]);

/* The same unit's memory; what is not known becomes UINT64_MAX. The files go with the cgroup, soon after its
 * last process. */
void cgroup_read_memory(const CgroupTree *tree, const char *slice, const char *unit, CgroupMemory *ret);

/* A file of a unit's cgroup on v2, opened with these flags. Returns the descriptor; -EOPNOTSUPP on v1,
 * -ENOENT: it is not there (any more). */
int cgroup_open(const CgroupTree *tree, const char *slice, const char *unit, const char *file, int flags);

/* The same on v1, in the hierarchy that has this counter; -EOPNOTSUPP on v2. */
int cgroup_open_v1(const CgroupTree *tree, CgroupFile f, const char *slice, const char *unit,
        const char *file, int flags);

/* The numbers of the unit's processes, as cgroup.procs has them: on v1 of the first hierarchy in which the
 * unit has a cgroup. Returns the descriptor; -ENOENT: it has none (any more). */
int cgroup_open_processes(const CgroupTree *tree, const char *slice, const char *unit);

/* The contents of a file on v2. As cgroup_open(); -EFBIG. */
int cgroup_read_text(const CgroupTree *tree, const char *slice, const char *unit, const char *file,
        char ret[CGROUP_TEXT_MAX]);

/* Has the handler called, with userdata, whenever this file of a unit's cgroup changes: the kernel says so
 * to inotify. As cgroup_open(). */
int cgroup_watch(const CgroupTree *tree, sd_event *event, const char *slice, const char *unit,
        const char *file, sd_event_inotify_handler_t handler, void *userdata, sd_event_source **ret);

/* The number at the beginning of the text; UINT64_MAX if there is none: "max". */
uint64_t cgroup_parse_number(const char *text);

/* The number of the line "KEY 3" in a file like memory.events; UINT64_MAX if there is none. */
uint64_t cgroup_parse_key(const char *text, const char *key);

/* Reads a whole file of a unit as text; of the top of the tree, if slice and unit are NULL. -ENOENT and
 * others. */
int cgroup_read_file(const CgroupTree *tree, CgroupFile f, const char *slice, const char *unit,
        const char *file, char ret[CGROUP_TEXT_MAX]);
/* The unit below compute.slice, without its slices, that a line of /proc/PID/cgroup (text) says a process is
 * in: in its cgroup itself or anywhere below. -ENOENT: in none of this systemd's. */
int cgroup_find_unit(const CgroupTree *tree, const char *text, char ret[UNIT_NAME_SIZE]);
/* The same of a process that runs. -errno. */
int cgroup_find_process(const CgroupTree *tree, pid_t pid, char ret[UNIT_NAME_SIZE]);

/* Is there such a file at the top of the tree? */
bool cgroup_has_file(const CgroupTree *tree, CgroupFile f, const char *file);
