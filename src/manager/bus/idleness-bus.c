/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Idleness on the bus. */

#include "manager/bus/idleness-bus.h"
#include "manager/access/admission.h"
#include "manager/access/call-options.h"
#include "manager/access/caller.h"
#include "manager/base/policy.h"
#include "manager/bus/bus-reply.h"
#include "manager/idleness/idleness.h"
#include "manager/idleness/unused.h"
#include "manager/model/manager.h"
#include "manager/registry/session-table.h"
#include "shared/names.h"

#define UNUSED_IDLE_SEC_DEFAULT (2 * USEC_PER_HOUR / USEC_PER_SEC)

int idleness_bus_get(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Idleness idleness = idleness_of(userdata);

        if (streq(property, "IdleReason"))
                return sd_bus_message_append(reply, "s", idle_reason_to_string(idleness.reason));
        return sd_bus_message_append(
                reply, "t", streq(property, "IdleSince") ? idleness.since : idleness.last_activity);
}

int idleness_bus_append(sd_bus_message *reply, Session *s) {
        Idleness idleness = idleness_of(s);

        return sd_bus_message_append(reply, "(sutts)", s->id, s->terminal.clients, idleness.since,
                idleness.last_activity, idle_reason_to_string(idleness.reason));
}

typedef struct UnusedOptions {
        uint64_t idle_sec;
        int dry_run;
} UnusedOptions;

int idleness_bus_stop_unused(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        static const CallOption known[] = {
                { "IdleSec", "t", offsetof(UnusedOptions, idle_sec) },
                { "DryRun", "b", offsetof(UnusedOptions, dry_run) },
                {},
        };
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL;
        UnusedOptions options = { .idle_sec = UNUSED_IDLE_SEC_DEFAULT };
        char why[UNUSED_WHY_SIZE];
        Manager *m = userdata;
        Reply reply = bus_reply(m, call, REPLY_DONE);
        int r;

        r = call_options_read(call, known, &options, error);
        if (r < 0)
                return r;
        if (options.idle_sec < IDLENESS_GRACE_USEC / USEC_PER_SEC ||
                options.idle_sec > USEC_INFINITY / USEC_PER_SEC)
                return sd_bus_error_set(error, ERROR_INVALID_ARGUMENT,
                        "IdleSec must be a number of seconds, at least 60; for less a session is not idle.");
        r = sd_bus_message_new_method_return(call, &message);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "(sss)");
        if (r < 0)
                return r;
        SESSION_FOREACH(s, &m->sessions) {
                bool stopped;

                if (!s->announced || !policy_is_owner(reply.uid, s->uid))
                        continue;
                stopped = unused_stop(s, options.idle_sec * USEC_PER_SEC, options.dry_run, &reply, why);
                r = sd_bus_message_append(message, "(sss)", s->id, stopped ? "stopped" : "kept", why);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_close_container(message);
        return r < 0 ? r : sd_bus_send(NULL, message, NULL);
}
