/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the kernel tells of want of memory on cgroup v1: an eventfd counts how often the cgroup of a session,
 * or one above it, ran out of memory, each time before somebody is killed for it. Unlike the cgroup's own
 * counters this can be read when the cgroup is gone. But its removal is counted, too, some ms later: the
 * last one is not about memory. */

#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/model/memory.h"

typedef enum OomVerdict {
        OOM_NO,     /* nothing was short of memory when the leader ended, as far as anybody tells */
        OOM_UNSURE, /* it was, or the cgroup was removed: what is told next decides */
        OOM_YES,
} OomVerdict;

/* Counts what was told; is_there: the cgroup was, afterwards. Pure. */
void oom_notice_count(OomNotice *n, uint64_t told, bool is_there);

/* For a leader that was killed by SIGKILL, of whose end the cgroup's counters say nothing. Pure. */
OomVerdict oom_notice_verdict(const OomNotice *n);

/* Begins with a scope that is there. -EOPNOTSUPP: not on cgroup v2; -ENOENT: it is in no cgroup for memory,
 * -errno. */
int oom_notice_start(Session *s);
void oom_notice_stop(Session *s);

/* Takes what has been told so far. */
void oom_notice_look(Session *s);

typedef void (*OomVerdictHandler)(Session *s, int exit_code, int exit_status);

/* Has the verdict to be waited for? Then on_verdict is called with it, after OOM_AWAIT_USEC at the
 * latest. */
bool oom_notice_await(Session *s, int exit_code, int exit_status, OomVerdictHandler on_verdict);

#define OOM_AWAIT_USEC (2 * USEC_PER_SEC) /* an RCU grace period of the kernel, on a busy machine */
