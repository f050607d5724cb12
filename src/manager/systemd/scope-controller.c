/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Is the controller of scopes.
 *
 * systemd remembers the controller by the unique name of our connection, and forgets it when the connection
 * goes. So scopes of an earlier manager are stopped with SIGTERM, as are scopes for which there is no room.
 *
 * systemd asks the controller whoever stops the scope, us included. In that case the caller of the stop is
 * in charge already, and systemd_stop_scope() sends the signals. Only systemd can send us this signal: the
 * bus policy lets nobody else send us any, and on a user's bus everybody is that user. */

#include "manager/systemd/scope-controller.h"
#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/session/session-event.h"
#include "manager/session/session.h"
#include "shared/log.h"

static void stop_as_asked(Session *s) {
        SessionState state = session_phase_state(s->phase);

        /* The session is ending already, or we stop its scope to make the next one. */
        if (state > STATE_RESTARTING || session_phase_awaits(s->phase) == AWAITS_SCOPE_GONE)
                return;
        log_info("systemd stops %s, ending session %s.", s->scope.unit, s->id);
        if (state != STATE_OPENING) {
                s->end.stop_requested = true;
                session_set_result(s, RESULT_UNIT_STOPPED);
        }
        session_event(s, session_stop_event(s));
}

static int on_request_stop(sd_bus_message *signal, void *userdata, sd_bus_error *error _unused_) {
        _cleanup_free_ char *unit = NULL;
        char id[SESSION_ID_MAX];
        Manager *m = userdata;
        Session *s;
        int r;

        r = sd_bus_path_decode(sd_bus_message_get_path(signal), SYSTEMD_UNIT_PATH, &unit);
        if (r <= 0 || session_id_from_scope(unit, id) < 0)
                return 0;
        s = session_table_get_by_id(&m->sessions, id);
        if (s && s->scope.controlled)
                stop_as_asked(s);
        return 0;
}

int scope_controller_start(Manager *m) {
        return sd_bus_match_signal(
                m->bus, NULL, SYSTEMD_NAME, NULL, SYSTEMD_SCOPE, "RequestStop", on_request_stop, m);
}

bool scope_controller_take(Session *s) {
        if (s->type != SESSION_NOTEBOOK || !s->keeper.unit[0])
                return false;
        if (!s->scope.controlled && s->manager->controllers < CONTROLLERS_MAX) {
                s->scope.controlled = true;
                s->manager->controllers++;
        }
        return s->scope.controlled;
}

void scope_controller_forget(Session *s) {
        if (s->scope.controlled)
                s->manager->controllers--;
        s->scope.controlled = false;
}
