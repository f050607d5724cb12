/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads an object's properties, a{sv}, into a structure. */

#include <stddef.h>
#include <systemd/sd-bus.h>

#include "shared/limit.h"

/* Where a property goes. By signature: "s", "o": char *, a copy that replaces what is there; "u": uint32_t;
 * "t": uint64_t; "i": int32_t; "b": bool; "as": char **, replacing what is there. */
typedef struct PropertyField {
        const char *name;
        const char *signature;
        size_t offset;
} PropertyField;

/* Reads the a{sv} that m stands at. Properties that are not among the fields, or have another type, are
 * skipped, so that a newer service is understood. 0 or -errno. */
int properties_read(sd_bus_message *m, const PropertyField *fields, size_t n_fields, void *target);

/* All that the service tells about a session. */
typedef struct SessionProperties {
        char *id, *type, *name, *state, *unit, *keeper_unit, *working_directory, *notebook, *kernel_name,
                *connection_file, *result, *title, *foreground, *foreground_directory, *on_detach,
                *kernel_state, *kernel_language, *freezer_state, *keep_user, *memory_pressure, *oom_command;
        char **command;
        uint32_t user, leader, rows, columns, clients, execution_count, restarts;
        uint64_t created, idle_since, kernel_state_since;
        char *idle_reason;
        bool record_outputs;
        uint32_t oom_pid;
        uint64_t oom_kills, last_oom_kill, swap, memory_peak;
        uint64_t memory_avg10, cpu_avg10, io_avg10; /* 1/100 % */
        uint64_t memory, cpu_nsec, tasks, io_read, io_write;
        uint64_t limits[LIMIT_KIND_MAX];
        int32_t exit_status;
} SessionProperties;

#define SESSION_PROPERTIES_NULL                                                                       \
        {                                                                                             \
                .memory = UINT64_MAX, .cpu_nsec = UINT64_MAX, .tasks = UINT64_MAX, .exit_status = -1, \
                .io_read = UINT64_MAX, .io_write = UINT64_MAX, .idle_since = UINT64_MAX,              \
                .oom_kills = UINT64_MAX, .swap = UINT64_MAX, .memory_peak = UINT64_MAX,               \
                .memory_avg10 = UINT64_MAX, .cpu_avg10 = UINT64_MAX, .io_avg10 = UINT64_MAX,          \
                .record_outputs = true, .limits = {                                                   \
                        LIMITS_NONE                                                                   \
                }                                                                                     \
        }

/* Reads a session's a{sv}; what is not in it stays as it is. */
int session_properties_read(SessionProperties *p, sd_bus_message *m);
void session_properties_done(SessionProperties *p);

#define _cleanup_session_properties_ _cleanup_(session_properties_done)
