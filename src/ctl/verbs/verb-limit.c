/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl limit: sets limits of a session that runs. */

#include "ctl/bus/properties.h"
#include "ctl/options/limit-arguments.h"
#include "ctl/sessions/outside.h"
#include "ctl/sessions/resolve.h"
#include "ctl/text/format.h"
#include "ctl/verbs/verbs.h"
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

/* "used 1.2G", "had 12 tasks". False if there is no more than limit, or it is not known. */
static bool describe_excess(
        const SessionProperties *before, LimitKind kind, uint64_t limit, char *ret, size_t size) {
        uint64_t value = kind == LIMIT_TASKS_MAX ? before->tasks : before->memory;
        char used[BYTES_SIZE];

        if (value == UINT64_MAX || value <= limit)
                return false;
        if (kind == LIMIT_TASKS_MAX)
                snprintf(ret, size, "had %" PRIu64 " tasks", value);
        else
                snprintf(ret, size, "used %s", bytes_format(value, used));
        return true;
}

/* The kernel takes a limit that is exceeded already, and acts on it. */
static void warn_exceeded(Client *c, const char *id, const char *path, char *const *assignments,
        const SessionProperties *before) {
        static const struct {
                LimitKind kind;
                const char *consequence;
        } exceeded[] = {
                { LIMIT_MEMORY_MAX,
                        "the kernel takes memory back, and kills processes of the session if that is not enough" },
                { LIMIT_MEMORY_HIGH, "it is slowed down while the kernel takes memory back" },
                { LIMIT_TASKS_MAX, "none ends for that, but it can start no more" },
        };
        _cleanup_session_properties_ SessionProperties now = SESSION_PROPERTIES_NULL;
        char excess[64], limit[LIMIT_SIZE];

        if (c->arguments->quiet || get_properties(c, path, &now) < 0)
                return;
        for (size_t i = 0; i < ELEMENTSOF(exceeded); i++) {
                LimitKind kind = exceeded[i].kind;
                const char *name = limit_kind_to_name(kind);

                if (assignments_have(assignments, name) &&
                        describe_excess(before, kind, now.limits[kind], excess, sizeof(excess)))
                        log_warning("%s %s, more than %s=%s allows: %s.", id, excess, name,
                                limit_format(kind, now.limits[kind], limit), exceeded[i].consequence);
        }
}

static void warn_outside(Client *c, const char *id) {
        _cleanup_outside_ OutsideProcesses outside = {};
        _cleanup_free_ char *text = NULL;

        if (c->arguments->quiet || outside_fetch(&outside, c, id) < 0)
                return;
        text = outside_describe(&outside);
        if (text)
                log_warning("The limits of %s do not hold for what has left its scope: %s.", id, text);
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
        warn_outside(c, id);
        return 0;
}
