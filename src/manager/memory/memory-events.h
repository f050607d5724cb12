/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Want of memory in a session; on cgroup v2: told before it happens (a level of pressure), and when the
 * kernel killed a process for it (which, of whom, at what limit). Nothing is woken while a session has
 * memory enough. */

#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/memory/oom-notice.h"
#include "manager/memory/oom-victim.h"
#include "manager/model/memory.h"
#include "shared/time-span.h"

#define MEMORY_RELAX_USEC (10 * USEC_PER_SEC)

const char *memory_level_to_string(MemoryLevel level);

/* -EBADMSG: it is no such file. Pure. */
int memory_counts_parse(const char *text, MemoryCounts *ret);

/* What follows from limits that were met in between: nothing, if there are files in the page cache (bytes of
 * current) to make room of. Pure. */
MemoryLevel memory_level_judge(
        const MemoryCounts *before, const MemoryCounts *now, uint64_t current, uint64_t cache);

/* Begins with a scope that is there. On cgroup v1, only whether the leader was killed for it is told;
 * logs. */
void memory_events_start(Session *s);
void memory_events_stop(Session *s);
/* Reads at once what may have happened since. -errno: the cgroup is not there (any more); a kill at its end
 * is found out by what the user's slice counts. */
int memory_events_update(Session *s);

/* The session's keeper was lost, or another one came: of the kills that its slice counts, those that no
 * session has counted may have been the keeper's, and explain no session's end. */
void memory_events_set_aside(Session *s);

/* The leader is gone with its scope, and there will be others: what was counted in this one is kept. */
void memory_events_leave_scope(Session *s);

/* How many of its processes were killed for want of memory, in all its scopes; UINT64_MAX: unknown. */
uint64_t memory_events_kills(const Session *s);

/* Was the leader, which ended by SIGKILL, killed for want of memory? As far as the kernel's counters
 * tell. */
bool memory_events_explain(const Session *s);
