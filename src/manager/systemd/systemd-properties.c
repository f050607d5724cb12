/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The properties of our units: systemd.exec(5), systemd.service(5), systemd.scope(5), systemd.kill(5). */

#include <inttypes.h>
#include <stdio.h>

#include "manager/base/limit-options.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session.h"
#include "manager/systemd/systemd-properties.h"
#include "shared/dictionary.h"

#define KEEPER_FDS_MAX      64U
#define KEEPER_RESTART_USEC (50 * USEC_PER_MSEC)
/* A keeper ends at once when it is told to; and a stopped keeper (SIGSTOP) must not hold up its session's
 * end. */
#define KEEPER_STOP_USEC (5 * USEC_PER_SEC)
/* Without any weight below compute.slice, systemd leaves the cpu controller off there, and users share CPU
 * by the number of their processes. A key's echo passes the keeper, which never works for long, so the
 * keeper comes before its session's processes. */
#define KEEPER_CPU_WEIGHT UINT64_C(1000)
#define SCOPE_CPU_WEIGHT  UINT64_C(100)

static int append_exec(sd_bus_message *call, const Session *s) {
        return sd_bus_message_append(
                call, "(sv)", "ExecStart", "a(sasb)", 1, KEEPER_PATH, 2, KEEPER_PATH, s->id, (int) false);
}

/* Has every journal line of the keeper, and of what it starts, name the session. */
static int append_log_fields(sd_bus_message *call, const Session *s) {
        char field[64];
        int r, length;

        length = snprintf(field, sizeof(field), "SESSION_ID=%s", s->id);
        r = sd_bus_message_open_container(call, 'r', "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "s", "LogExtraFields");
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(call, 'v', "aay");
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(call, 'a', "ay");
        if (r < 0)
                return r;
        r = sd_bus_message_append_array(call, 'y', field, (size_t) length);
        if (r < 0)
                return r;
        for (int i = 0; i < 3; i++) {
                r = sd_bus_message_close_container(call);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Leaves the switch of users and PAM to systemd. In user mode, everything is the user's already. */
static int append_user(sd_bus_message *call, const Session *s) {
        char uid[16];

        if (s->manager->user_mode)
                return 0;
        snprintf(uid, sizeof(uid), "%" PRIu32, (uint32_t) s->uid);
        return sd_bus_message_append(call, "(sv)(sv)", "User", "s", uid, "PAMName", "s", "compute-session");
}

int append_keeper_properties(sd_bus_message *call, const Session *s, int listen_fd) {
        _cleanup_free_ char *description = NULL;
        int r;

        if (asprintf(&description, "Keeper of compute session %s", s->id) < 0)
                return -ENOMEM;
        r = sd_bus_message_open_container(call, 'a', "(sv)");
        if (r < 0)
                return r;
        /* clang-format off */
        r = sd_bus_message_append(call, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)",
                "Description", "s", description,
                "Slice", "s", s->slice,
                "Type", "s", "notify",
                "IgnoreOnIsolate", "b", (int) true, /* as for scopes: sessions belong to no target */
                "NotifyAccess", "s", "main",
                /* The keeper comes back with what systemd kept for it, however often. */
                "Restart", "s", "on-failure",
                "RestartUSec", "t", KEEPER_RESTART_USEC,
                "StartLimitIntervalUSec", "t", (uint64_t) 0,
                "FileDescriptorStoreMax", "u", KEEPER_FDS_MAX,
                "StandardInputFileDescriptor", "h", listen_fd,
                "TimeoutStartUSec", "t", s->manager->config.start_timeout,
                "TimeoutStopUSec", "t", KEEPER_STOP_USEC,
                "OOMPolicy", "s", "continue",
                "CollectMode", "s", "inactive-or-failed",
                "CPUWeight", "t", KEEPER_CPU_WEIGHT);
        /* clang-format on */
        if (r < 0)
                return r;
        r = append_exec(call, s);
        if (r < 0)
                return r;
        r = append_log_fields(call, s);
        if (r < 0)
                return r;
        r = append_user(call, s);
        if (r < 0)
                return r;
        return sd_bus_message_close_container(call);
}

/* When the system goes down, the scope ends before the service and the bus that it takes to end it well. */
static int append_controller(sd_bus_message *call, const Session *s) {
        const char *name;
        int r;

        r = sd_bus_get_unique_name(s->manager->bus, &name);
        if (r < 0)
                return r;
        return sd_bus_message_append(call, "(sv)(sv)", "Controller", "s", name, "After", "as", 2,
                s->keeper.unit, "compute-sessiond.service");
}

int append_scope_properties(sd_bus_message *call, const Session *s) {
        _cleanup_free_ char *description = session_describe(s);
        int r;

        if (!description)
                return -ENOMEM;
        r = sd_bus_message_open_container(call, 'a', "(sv)");
        if (r < 0)
                return r;
        /* When systemd comes to the leader's number, another process may have it; a descriptor stays the
         * leader's. */
        if (s->manager->systemd_takes_pidfds)
                r = sd_bus_message_append(call, "(sv)", "PIDFDs", "ah", 1, s->leader.fd);
        else
                r = sd_bus_message_append(call, "(sv)", "PIDs", "au", 1, (uint32_t) s->leader.pid);
        if (r < 0)
                return r;
        /* clang-format off */
        r = sd_bus_message_append(call, "(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)(sv)",
                "Description", "s", description,
                "Slice", "s", s->slice,
                /* Shells ignore SIGTERM but end on SIGHUP. */
                "SendSIGHUP", "b", (int) true,
                "KillMode", "s", "control-group",
                "TimeoutStopUSec", "t", s->manager->config.stop_timeout,
                /* A process that is killed for want of memory does not take the others along. */
                "OOMPolicy", "s", "continue",
                "CollectMode", "s", "inactive-or-failed",
                "AddRef", "b", (int) s->scope.referenced,
                "CPUAccounting", "b", (int) true,
                "MemoryAccounting", "b", (int) true,
                "TasksAccounting", "b", (int) true,
                "IOAccounting", "b", (int) true);
        /* clang-format on */
        if (r < 0)
                return r;
        if (s->scope.controlled)
                r = append_controller(call, s);
        if (r < 0)
                return r;
        r = limits_append(call, &s->limits.values);
        if (r >= 0 && !limits_have(&s->limits.values, LIMIT_CPU_WEIGHT))
                r = sd_bus_message_append(call, "(sv)", "CPUWeight", "t", SCOPE_CPU_WEIGHT);
        if (r < 0)
                return r;
        return sd_bus_message_close_container(call);
}

typedef struct UnitTimes {
        bool inactive, deactivating;
        usec_t active_exit, inactive_enter;
} UnitTimes;

static int read_unit_property(sd_bus_message *reply, const char *name, void *userdata) {
        UnitTimes *times = userdata;
        const char *state;
        int r;

        if (streq(name, "ActiveExitTimestampMonotonic"))
                return sd_bus_message_read(reply, "v", "t", &times->active_exit);
        if (streq(name, "InactiveEnterTimestampMonotonic"))
                return sd_bus_message_read(reply, "v", "t", &times->inactive_enter);
        if (!streq(name, "ActiveState"))
                return 0;
        r = sd_bus_message_read(reply, "v", "s", &state);
        if (r < 0)
                return r;
        times->inactive = streq(state, "inactive") || streq(state, "failed");
        times->deactivating = streq(state, "deactivating");
        return 1;
}

int scope_end_read(sd_bus_message *reply, ScopeEnd *ret) {
        UnitTimes times = {};
        int r;

        r = dictionary_read(reply, read_unit_property, &times);
        if (r < 0)
                return r;
        /* A scope whose last process ended goes from active to inactive in one step, so both times are the
         * same. A scope that was told to stop is "deactivating" in between, however briefly. */
        *ret = (ScopeEnd){
                .inactive = times.inactive,
                .stopped =
                        times.deactivating || (times.inactive && times.active_exit != times.inactive_enter),
        };
        return 0;
}

static int read_scope_property(sd_bus_message *reply, const char *name, void *userdata) {
        ScopeRemains *remains = userdata;
        LimitKind kind = limit_kind_from_property(name);
        const char *text;
        uint64_t value;
        int r;

        if (kind >= 0) {
                r = sd_bus_message_read(reply, "v", "t", &value);
                /* No limit of tasks has to be said, since systemd has a default. */
                if (r >= 0 && (value != LIMIT_NONE || kind == LIMIT_TASKS_MAX))
                        limits_set(&remains->limits, kind, value);
                return r;
        }
        if (streq(name, "MemoryPeak"))
                return sd_bus_message_read(reply, "v", "t", &remains->memory_peak);
        if (streq(name, "CPUUsageNSec"))
                return sd_bus_message_read(reply, "v", "t", &remains->cpu_usage_nsec);
        if (!streq(name, "Result") && !streq(name, "Slice"))
                return 0;
        r = sd_bus_message_read(reply, "v", "s", &text);
        if (r < 0)
                return r;
        if (streq(name, "Slice"))
                remains->is_ours = text[0];
        else
                remains->oom_killed = streq(text, "oom-kill");
        return 1;
}

int scope_remains_read(sd_bus_message *reply, ScopeRemains *ret) {
        ScopeRemains remains = { .cpu_usage_nsec = UINT64_MAX, .memory_peak = UINT64_MAX };
        int r;

        limits_init(&remains.limits);
        r = dictionary_read(reply, read_scope_property, &remains);
        if (r < 0)
                return r;
        *ret = remains;
        return 0;
}
