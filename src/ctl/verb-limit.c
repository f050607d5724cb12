/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl limit: sets limits of a session that runs. */

#include "ctl/format.h"
#include "ctl/limit-arguments.h"
#include "ctl/properties.h"
#include "ctl/resolve.h"
#include "ctl/verbs.h"
#include "shared/log.h"
#include "shared/names.h"

static int get_properties(Client *c, const char *path, SessionProperties *p) {
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        int r;

        r = properties_message(c, path, SESSION_INTERFACE, &m);
        if (r >= 0)
                r = sd_bus_call(c->bus, m, CALL_TIMEOUT_USEC, NULL, &reply);
        return r < 0 ? r : session_properties_read(p, reply);
}

/* The kernel takes a limit that is exceeded already, and acts on it. */
static void warn_exceeded(Client *c, const char *id, const char *path, char *const *assignments,
        const SessionProperties *before) {
        _cleanup_session_properties_ SessionProperties now = SESSION_PROPERTIES_NULL;
        char used[BYTES_SIZE], limit[LIMIT_SIZE];

        if (c->arguments->quiet || get_properties(c, path, &now) < 0)
                return;
        (void) bytes_format(before->memory, used);
        if (assignments_have(assignments, "MemoryMax") && before->memory != UINT64_MAX &&
                before->memory > now.limits[LIMIT_MEMORY_MAX])
                log_warning(
                        "%s used %s, more than MemoryMax=%s allows: the kernel takes memory back, and kills "
                        "processes of the session if that is not enough.",
                        id, used, limit_format(LIMIT_MEMORY_MAX, now.limits[LIMIT_MEMORY_MAX], limit));
        if (assignments_have(assignments, "MemoryHigh") && before->memory != UINT64_MAX &&
                before->memory > now.limits[LIMIT_MEMORY_HIGH])
                log_warning(
                        "%s used %s, more than MemoryHigh=%s allows: it is slowed down while the kernel takes "
                        "memory back.",
                        id, used, limit_format(LIMIT_MEMORY_HIGH, now.limits[LIMIT_MEMORY_HIGH], limit));
        if (assignments_have(assignments, "TasksMax") && before->tasks != UINT64_MAX &&
                before->tasks > now.limits[LIMIT_TASKS_MAX])
                log_warning("%s had %" PRIu64
                            " tasks, more than TasksMax=%s allows: none ends for that, but it can "
                            "start no more.",
                        id, before->tasks,
                        limit_format(LIMIT_TASKS_MAX, now.limits[LIMIT_TASKS_MAX], limit));
}

int verb_limit(Client *c, char **operands) {
        _cleanup_session_properties_ SessionProperties before = SESSION_PROPERTIES_NULL;
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        char **assignments = operands + 1;
        int r;

        r = limit_assignments_check(assignments);
        if (r < 0)
                return r;
        r = session_open(c, operands[0], id, path);
        if (r < 0)
                return r;
        r = object_message(c, path, SESSION_INTERFACE, "SetLimits", &m);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = append_limit_options(m, assignments);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r < 0)
                return client_report(c, r, NULL, "limit %s", id);
        (void) get_properties(c, path, &before);
        r = client_call(c, m, CALL_TIMEOUT_USEC, &error, NULL);
        if (r < 0)
                return client_report(c, r, &error, "limit %s", id);
        warn_exceeded(c, id, path, assignments, &before);
        return 0;
}
