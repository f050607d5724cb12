/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of our units, as we ask for them and as we read them back. Only the messages' contents; who sends
 * them is systemd.c's. */

#include <systemd/sd-bus.h>

#include "manager/types.h"
#include "shared/macros.h"

/* Append the a(sv) of StartTransientUnit. A scope gets the session's limits, if it has any. */
int append_keeper_properties(sd_bus_message *call, const Session *s, int listen_fd);
int append_scope_properties(sd_bus_message *call, const Session *s);

/* What somebody may have set on a scope, and a scope that takes its place gets too. */
typedef enum ScopeLimit {
        SCOPE_MEMORY_MAX,
        SCOPE_MEMORY_HIGH,
        SCOPE_MEMORY_SWAP_MAX,
        SCOPE_TASKS_MAX,
        SCOPE_CPU_QUOTA,
        SCOPE_CPU_WEIGHT,
        SCOPE_IO_WEIGHT,
        SCOPE_LIMIT_MAX,
        SCOPE_LIMIT_INVALID = -EINVAL,
} ScopeLimit;

typedef struct ScopeLimits {
        uint64_t values[SCOPE_LIMIT_MAX]; /* UINT64_MAX: none */
} ScopeLimits;

void scope_limits_init(ScopeLimits *limits);
/* The property's name, as in systemd's D-Bus interface. */
const char *scope_limit_to_string(ScopeLimit limit);
/* SCOPE_LIMIT_INVALID: there is none of that name. */
ScopeLimit scope_limit_from_string(const char *s);

/* How a scope stands when its leader has ended, read from GetAll of org.freedesktop.systemd1.Unit. */
typedef struct ScopeEnd {
        bool inactive; /* nothing is left to stop */
        bool stopped;  /* somebody had it stopped: it did not end by itself */
} ScopeEnd;

int scope_end_read(sd_bus_message *reply, ScopeEnd *ret);

/* What a scope leaves behind, read from GetAll of org.freedesktop.systemd1.Scope. */
typedef struct ScopeRemains {
        uint64_t cpu_usage_nsec; /* UINT64_MAX: unknown */
        uint64_t memory_peak;    /* bytes; UINT64_MAX: unknown */
        ScopeLimits limits;
        bool oom_killed;
} ScopeRemains;

int scope_remains_read(sd_bus_message *reply, ScopeRemains *ret);
