/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Setting limits of scopes. */

#include "manager/systemd/systemd-limits.h"
#include "manager/base/limit-options.h"
#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/systemd/systemd-calls.h"
#include "manager/systemd/systemd-properties.h"
#include "shared/names.h"

static int new_question(const Session *s, const Limits *limits, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = systemd_new_call(s->manager, "SetUnitProperties", &m);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "sb", s->scope.unit, (int) true /* runtime */);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'a', "(sv)");
        if (r < 0)
                return r;
        r = limits_append(m, limits);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

static int on_written(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;
        ScopeRemains scope;

        if (!sd_bus_message_is_method_error(reply, NULL) && scope_remains_read(reply, &scope) >= 0)
                c->taken = &scope.limits;
        return c->on_done(c, systemd_call_session(c), /* problem = */ NULL);
}

static int on_set(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        SystemdCall *c = userdata;
        Session *s = systemd_call_session(c);
        const sd_bus_error *problem = sd_bus_message_get_error(reply);
        int r;

        if (problem || !s)
                return c->on_done(c, s, problem);
        r = sd_bus_message_new_method_call(s->manager->bus, &question, SYSTEMD_NAME, s->scope.path,
                "org.freedesktop.DBus.Properties", "GetAll");
        if (r >= 0)
                r = sd_bus_message_append(question, "s", SYSTEMD_SCOPE);
        if (r >= 0)
                r = systemd_ask_further(c, question, on_written);
        if (r < 0)
                return c->on_done(c, s,
                        &SD_BUS_ERROR_MAKE_CONST(SD_BUS_ERROR_NO_MEMORY,
                                "The limits were set, but whether they are in force is not known: out of memory."));
        return 0;
}

int systemd_set_limits(Session *s, const Limits *limits, const Reply *reply, SystemdHandler on_done) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        r = new_question(s, limits, &question);
        if (r < 0)
                return r;
        return systemd_ask_and_tell(
                &(SystemdCall){
                        .manager = s->manager,
                        .number = s->number,
                        .reply = *reply,
                        .on_done = on_done,
                        .limits = *limits,
                },
                question, on_set);
}

void systemd_set_limits_back(Session *s, const Limits *limits) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;

        if (new_question(s, limits, &question) >= 0)
                (void) systemd_ask(s->manager, s, question, systemd_ignore_reply, NULL);
}
