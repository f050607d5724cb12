/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Want of memory in a session: what memory-events.c, oom-notice.c and oom-victim.c know of it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "shared/time-span.h"

#define PROCESS_COMMAND_SIZE 64 /* the kernel has 16 bytes for it, some of which it escapes */

typedef struct ProcessEntry {
        pid_t pid;
        uint64_t memory; /* bytes, resident */
        bool killed;     /* SIGKILL is pending */
        char command[PROCESS_COMMAND_SIZE];
} ProcessEntry;

typedef struct ProcessList {
        ProcessEntry *items;
        size_t n;
} ProcessList;

/* A session's part. All zero: nothing is told. */
typedef struct OomNotice {
        sd_event_source *source; /* the eventfd, which it owns; off between a notice and: */
        sd_event_source *check;  /* when those who were killed for it, if any, have been counted */
        uint64_t late;           /* so many were told, or counted, once the cgroup was gone */
        bool fresh;              /* one came while it was there, and its counters may not have it yet */
        /* Is told the leader's end when there is a verdict; NULL: nobody waits for one. */
        void (*on_verdict)(Session *s, int exit_code, int exit_status);
} OomNotice;

/* How short of memory it is. A level lasts until nothing was heard of it for MEMORY_RELAX_USEC. */
typedef enum MemoryLevel {
        MEMORY_LEVEL_UNKNOWN, /* the system does not tell: "" */
        MEMORY_LEVEL_NONE,    /* "none" */
        MEMORY_LEVEL_HIGH,    /* "high": over MemoryHigh=, or processes wait for memory */
        /* "critical": at MemoryMax=, or nearly all of them wait: the kernel kills next. */
        MEMORY_LEVEL_CRITICAL,
        MEMORY_LEVEL_MAX,
} MemoryLevel;

/* What memory.events counts: how often the cgroup was over a limit. */
typedef struct MemoryCounts {
        uint64_t high, max, oom, oom_kill;
} MemoryCounts;

/* A session's part. All zero: nothing is watched. */
typedef struct MemoryEvents {
        sd_event_source *events; /* inotify: memory.events */
        sd_event_source *stall;  /* the trigger of pressure.h, which it owns */
        sd_event_source *relax;  /* while there is pressure: until it is looked at again */
        MemoryLevel level;
        MemoryCounts counts; /* as read last */
        /* Of the slice's kills, those known to be of others, or from before; UINT64_MAX: unknown. */
        uint64_t slice_kills;
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
