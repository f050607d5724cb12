/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls to systemd that are about no single unit of a session. Those units have files of their own:
 * systemd-scope.c, systemd-scope-end.c, systemd-keeper.c. */

#include <inttypes.h>

#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/systemd/scope-controller.h"
#include "manager/systemd/systemd-calls.h"
#include "manager/systemd/systemd-jobs.h"
#include "manager/systemd/systemd-keeper.h"
#include "manager/systemd/systemd-references.h"
#include "manager/systemd/systemd-scope-end.h"
#include "manager/systemd/systemd-scope.h"
#include "manager/systemd/systemd.h"
#include "shared/log.h"
#include "shared/names.h"

int systemd_subscribe(Manager *m) {
        return sd_bus_call_method(
                m->bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe", NULL, NULL, NULL);
}

static void stop_unit(Manager *m, const char *unit) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

        if (systemd_new_call(m, "StopUnit", &call) >= 0 &&
                sd_bus_message_append(call, "ss", unit, "replace") >= 0)
                (void) systemd_ask(m, NULL, call, systemd_ignore_reply, NULL);
}

void systemd_stop_stray(Manager *m, const char *unit) {
        log_notice("Stopping %s, which is of no session that is known here.", unit);
        stop_unit(m, unit);
}

/* Stops the unit: once it has had a job, systemd looks whether a unit is still needed. */
void systemd_collect(Manager *m, const char *unit) {
        log_info("%s has ended, and systemd still has it; having it put away.", unit);
        stop_unit(m, unit);
}

void systemd_ask_again(Session *s) {
        switch (session_phase_awaits(s->phase)) {
        case AWAITS_SCOPE:
                systemd_start_scope_again(s);
                break;
        case AWAITS_SCOPE_GONE:
        case AWAITS_KILLED:
                systemd_stop_scope_again(s);
                break;
        case AWAITS_KEEPER_GONE:
                if (systemd_job_is_known(s->keeper.job))
                        (void) systemd_stop_keeper(s);
                break;
        default:
                break; /* the session waits for processes or its keeper, and sees these itself */
        }
}

void systemd_forget(Session *s) {
        if (session_phase_state(s->phase) == STATE_ENDED) {
                /* The scope may still be made, once systemd comes to it, which is too late now. */
                if (s->scope.starting)
                        systemd_stop_stray(s->manager, s->scope.unit);
                systemd_unreference_scope(s);
        }
        systemd_reference_forget(s);
        scope_controller_forget(s);
        s->scope.retry = sd_event_source_disable_unref(s->scope.retry);
        systemd_job_forget(s, &s->scope.job);
        systemd_job_forget(s, &s->keeper.job);
}

/* Finding */

static int on_unit_of_pid(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;
        char id[SESSION_ID_MAX];
        _cleanup_free_ char *unit = NULL;
        const char *unit_path;
        Session *s = NULL;
        int r;

        if (sd_bus_message_is_method_error(reply, SYSTEMD_NO_UNIT_FOR_PID))
                return reply_error(
                        &c->reply, ERROR_NO_SUCH_PROCESS, "There is no such process, or it is in no unit.");
        if (sd_bus_message_is_method_error(reply, NULL))
                return reply_error(&c->reply, ERROR_NO_SUCH_PROCESS, "systemd does not know: %s",
                        systemd_error_text(reply));
        r = sd_bus_message_read(reply, "o", &unit_path);
        if (r < 0)
                return r;
        if (sd_bus_path_decode(unit_path, SYSTEMD_UNIT_PATH, &unit) > 0 &&
                session_id_from_scope(unit, id) >= 0)
                s = session_table_get_by_id(&c->manager->sessions, id);
        if (!s || !s->announced)
                return reply_error(&c->reply, ERROR_NO_SUCH_SESSION,
                        "The process is in no session; it is in %s.", strempty(unit));
        return reply_session(&c->reply, s, /* started = */ false);
}

int systemd_find_session(Manager *m, uint32_t pid, const Reply *reply) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        r = systemd_new_call(m, "GetUnitByPID", &question);
        if (r < 0)
                return r;
        r = sd_bus_message_append(question, "u", pid);
        if (r < 0)
                return r;
        return systemd_ask(m, NULL, question, on_unit_of_pid, reply);
}
