/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Freezing and thawing scopes. */

#include "manager/systemd/systemd-freezer.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/systemd/systemd-calls.h"

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;

        return c->on_done(c, systemd_call_session(c), sd_bus_message_get_error(reply));
}

int systemd_freeze_scope(Session *s, bool freeze, SystemdHandler on_done) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        r = systemd_new_call(s->manager, freeze ? "FreezeUnit" : "ThawUnit", &question);
        if (r < 0)
                return r;
        r = sd_bus_message_append(question, "s", s->scope.unit);
        if (r < 0)
                return r;
        return systemd_ask_and_tell(
                &(SystemdCall){ .manager = s->manager, .number = s->number, .on_done = on_done }, question,
                on_done ? on_answer : systemd_ignore_reply);
}
