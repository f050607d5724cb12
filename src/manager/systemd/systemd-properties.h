/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The properties of our units, as we ask for them and as we read them back. This is only about the contents
 * of messages; systemd.c and its like send them. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "shared/limit.h"

/* Append the a(sv) of StartTransientUnit. A scope gets the session's limits, if it has any. */
int append_keeper_properties(sd_bus_message *call, const Session *s, int listen_fd);
int append_scope_properties(sd_bus_message *call, const Session *s);

/* The state of a scope whose leader has ended, read from GetAll of org.freedesktop.systemd1.Unit. */
typedef struct ScopeEnd {
        bool inactive; /* nothing is left to stop */
        bool stopped;  /* somebody stopped the scope: it did not end by itself */
} ScopeEnd;

int scope_end_read(sd_bus_message *reply, ScopeEnd *ret);

/* What remains of a scope, read from GetAll of org.freedesktop.systemd1.Scope. */
typedef struct ScopeRemains {
        uint64_t cpu_usage_nsec; /* UINT64_MAX: unknown */
        uint64_t memory_peak;    /* bytes; UINT64_MAX: unknown */
        Limits limits;           /* limits other than systemd's defaults count as set */
        bool oom_killed;
        bool is_ours; /* the unit existed: systemd answers for any name, with defaults */
} ScopeRemains;

int scope_remains_read(sd_bus_message *reply, ScopeRemains *ret);
