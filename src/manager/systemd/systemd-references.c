/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts references to scopes. systemd pays for each reference with a match rule, and the system bus allows
 * a connection 512 of them. If PID 1 asked for one more, it would be cut off. So only so many sessions have
 * a reference. Of the others, facts that need the unit may remain unknown when they end: the final CPU time,
 * and that somebody stopped the scope. */

#include "manager/systemd/systemd-references.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/systemd/scope-controller.h"
#include "manager/systemd/systemd-calls.h"

#define MATCHES_MAX 512 /* max_match_rules_per_connection of dbus-daemon's system.conf */
_Static_assert(
        REFERENCES_MAX + CONTROLLERS_MAX <= MATCHES_MAX * 3 / 4, "systemd has other uses for match rules");

bool systemd_reference_take(Session *s) {
        if (!s->scope.referenced && s->manager->references < REFERENCES_MAX) {
                s->scope.referenced = true;
                s->manager->references++;
        }
        return s->scope.referenced;
}

void systemd_reference_forget(Session *s) {
        if (s->scope.referenced)
                s->manager->references--;
        s->scope.referenced = false;
}

static void change_reference(Session *s, const char *method) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

        if (systemd_new_call(s->manager, method, &call) >= 0 &&
                sd_bus_message_append(call, "s", s->scope.unit) >= 0)
                (void) systemd_ask(s->manager, s, call, systemd_ignore_reply, NULL);
}

void systemd_reference_scope(Session *s) {
        if (systemd_reference_take(s))
                change_reference(s, "RefUnit");
}

void systemd_unreference_scope(Session *s) {
        if (s->scope.referenced)
                change_reference(s, "UnrefUnit");
        systemd_reference_forget(s);
}
