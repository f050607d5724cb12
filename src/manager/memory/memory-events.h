/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Want of memory in a session; on cgroup v2: told before it happens (a level of pressure), and when the kernel killed a
 * process for it (which, of whom, at what limit). Nothing is woken while a session has memory enough. */

#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/memory/oom-notice.h"
#include "manager/memory/oom-victim.h"
#include "shared/time-span.h"

/* How short of memory it is. A level lasts until nothing was heard of it for MEMORY_RELAX_USEC. */
typedef enum MemoryLevel {
        MEMORY_LEVEL_UNKNOWN, /* the system does not tell: "" */
        MEMORY_LEVEL_NONE,    /* "none" */
        MEMORY_LEVEL_HIGH,    /* "high": over MemoryHigh=, or processes wait for memory */
        MEMORY_LEVEL_CRITICAL, /* "critical": at MemoryMax=, or nearly all of them wait: the kernel kills next */
        MEMORY_LEVEL_MAX,
} MemoryLevel;

#define MEMORY_RELAX_USEC (10 * USEC_PER_SEC)

const char *memory_level_to_string(MemoryLevel level);

/* What memory.events counts: how often the cgroup was over a limit. */
typedef struct MemoryCounts {
        uint64_t high, max, oom, oom_kill;
} MemoryCounts;

/* -EBADMSG: it is no such file. Pure. */
int memory_counts_parse(const char *text, MemoryCounts *ret);

/* What follows from limits that were met in between: nothing, if there are files in the page cache (bytes of current) to
 * make room of. Pure. */
MemoryLevel memory_level_judge(
        const MemoryCounts *before, const MemoryCounts *now, uint64_t current, uint64_t cache);

/* A session's part. All zero: nothing is watched. */
typedef struct MemoryEvents {
        sd_event_source *events; /* inotify: memory.events */
        sd_event_source *stall;  /* the trigger of pressure.h, which it owns */
        sd_event_source *relax;  /* while there is pressure: until it is looked at again */
        MemoryLevel level;
        MemoryCounts counts; /* as read last */
        uint64_t
                slice_kills; /* of the slice's kills, those known to be of others, or from before; UINT64_MAX: unknown */
        usec_t listed;         /* CLOCK_MONOTONIC, of the list: */
        ProcessList processes; /* when it was at its limit last */
        OomNotice notice;      /* cgroup v1 */

        /* the last process that was killed */
        uint64_t earlier_kills;   /* in scopes that the present one follows */
        uint64_t kills_of_others; /* so many of all kills are known not to have been the leader's */
        bool oomd_killed;         /* systemd-oomd killed all of it */
        usec_t last_kill;         /* CLOCK_REALTIME; 0: never, as far as this manager knows */
        uint32_t last_pid;        /* 0: not known */
        char last_command[PROCESS_COMMAND_SIZE];
} MemoryEvents;

/* Begins with a scope that is there. On cgroup v1, only whether the leader was killed for it is told; logs. */
void memory_events_start(Session *s);
void memory_events_stop(Session *s);
/* Reads at once what may have happened since. -errno: the cgroup is not there (any more); a kill at its end is found out by what
 * the user's slice counts. */
int memory_events_update(Session *s);

/* The session's keeper was lost, or another one came: of the kills that its slice counts, those that no session has counted may
 * have been the keeper's, and explain no session's end. */
void memory_events_set_aside(Session *s);

/* The leader is gone with its scope, and there will be others: what was counted in this one is kept. */
void memory_events_leave_scope(Session *s);

/* How many of its processes were killed for want of memory, in all its scopes; UINT64_MAX: unknown. */
uint64_t memory_events_kills(const Session *s);

/* Was the leader, which ended by SIGKILL, killed for want of memory? As far as the kernel's counters tell. */
bool memory_events_explain(const Session *s);
