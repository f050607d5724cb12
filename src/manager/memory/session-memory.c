/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session's scope says of its memory, and what follows from that for the reason of its end. */

#include <signal.h>

#include "manager/base/cgroup.h"
#include "manager/memory/memory-events.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"

void session_read_memory(Session *s) {
        CgroupMemory memory;

        cgroup_read_memory(&s->manager->cgroups, s->slice, s->scope.unit, &memory);
        if (memory.limit != UINT64_MAX)
                s->end.memory_limit = memory.limit;
        if (memory.peak != UINT64_MAX)
                s->end.memory_peak = s->end.memory_peak == UINT64_MAX ? memory.peak
                                                                      : MAX(s->end.memory_peak, memory.peak);
        if (memory.oom_kills != UINT64_MAX)
                s->end.oom_kills = memory.oom_kills;
}

void session_read_last_memory(Session *s) {
        if (!s->end.memory_is_last)
                s->end.memory_peak = s->end.oom_kills = UINT64_MAX;
        session_read_memory(s);
        s->end.memory_is_last = s->end.memory_peak != UINT64_MAX;
}

SessionResult session_leader_result(const Session *s) {
        /* Systemd does not tell with OOMPolicy=continue. That a scope had OOM kills before, nobody knows of
         * whom, and its leader is killed by somebody's SIGKILL now, looks the same. */
        if (s->end.exit_code == CLD_KILLED && s->end.exit_status == SIGKILL && memory_events_explain(s))
                return RESULT_OOM_KILLED;
        return session_result_from_exit(s->end.exit_code, s->end.exit_status);
}
