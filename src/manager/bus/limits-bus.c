/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Limits on the bus. Callers were admitted before they come here (admission.c). */

#include "manager/bus/limits-bus.h"
#include "manager/base/limit-options.h"
#include "manager/bus/bus-reply.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-limits.h"
#include "shared/names.h"

int get_limit(sd_bus *bus _unused_, const char *path _unused_, const char *interface _unused_,
        const char *property, sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        LimitKind kind = limit_kind_from_property(property);
        Session *s = userdata;

        assert(kind >= 0);
        session_refresh_limits(s);
        return sd_bus_message_append(reply, "t", s->limits.values.values[kind]);
}

int method_set_limits(sd_bus_message *call, void *userdata, sd_bus_error *error) {
        Session *s = userdata;
        Reply reply = bus_reply(s->manager, call, REPLY_DONE);
        Limits limits;
        int r;

        r = limits_read(call, &limits, error);
        if (r < 0)
                return r;
        return session_set_limits(s, &limits, &reply, error);
}

void limits_bus_tell(Session *s, const char *path) {
        char *names[LIMIT_KIND_MAX + 1] = {};
        size_t n = 0;

        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (s->limits.changed & UINT64_C(1) << kind)
                        names[n++] = (char *) limit_kind_to_property(kind);
        s->limits.changed = 0;
        if (n > 0)
                (void) sd_bus_emit_properties_changed_strv(s->manager->bus, path, SESSION_INTERFACE, names);
}
