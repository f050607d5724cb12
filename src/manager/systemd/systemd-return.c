/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Takes up the thread when systemd was executed anew, or has loaded its units again.
 *
 * While it is executed anew, systemd is not on the bus. Calls of that time are sent again (systemd-calls.c),
 * but nobody heard systemd's signals: so whoever waits for a job asks for it again, and learns that it is
 * done. Sessions that only run have missed nothing, as leaders and keepers are watched without systemd.
 * systemd itself keeps references to scopes and the subscription to signals. */

#include <systemd/sd-bus.h>

#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/systemd/systemd-calls.h"
#include "manager/systemd/systemd-return.h"
#include "manager/systemd/systemd.h"
#include "shared/log.h"

static void catch_up(Manager *m) {
        log_debug("systemd is back.");
        systemd_calls_resume(m);
        SESSION_FOREACH(s, &m->sessions)
                systemd_ask_again(s);
}

static int on_owner_changed(sd_bus_message *signal, void *userdata, sd_bus_error *error _unused_) {
        const char *owner;
        int r;

        r = sd_bus_message_read(signal, "sss", NULL, NULL, &owner);
        if (r < 0)
                return r;
        if (owner[0])
                catch_up(userdata);
        return 0;
}

static int on_reloading(sd_bus_message *signal, void *userdata, sd_bus_error *error _unused_) {
        int begins, r;

        r = sd_bus_message_read(signal, "b", &begins);
        if (r < 0)
                return r;
        if (!begins)
                catch_up(userdata);
        return 0;
}

int systemd_return_watch(Manager *m) {
        int r;

        r = sd_bus_add_match(m->bus, NULL,
                "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" SYSTEMD_NAME "'",
                on_owner_changed, m);
        if (r < 0)
                return r;
        return sd_bus_match_signal(
                m->bus, NULL, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "Reloading", on_reloading, m);
}
