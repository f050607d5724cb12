/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The transient service in which a session's keeper runs. */

#include "manager/systemd/systemd-keeper.h"
#include "manager/access/account.h"
#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/session/session-event.h"
#include "manager/systemd/systemd-calls.h"
#include "manager/systemd/systemd-jobs.h"
#include "manager/systemd/systemd-properties.h"
#include "shared/log.h"
#include "shared/names.h"

/* Finds out why the keeper's start failed, which systemd tells only the journal. Mostly PAM has refused. */
static void fail_start(Session *s, const char *result) {
        _cleanup_free_ char *problem = NULL;

        if (!s->manager->user_mode && streq(result, "failed"))
                problem = account_problem("", s->uid, (time_t) (now_usec(CLOCK_REALTIME) / USEC_PER_SEC));
        if (problem)
                session_fail(s, ERROR_ACCOUNT_REFUSED, "%s", problem);
        else
                session_fail(s, ERROR_START_FAILED,
                        "The session's keeper could not be started (%s).%s An administrator sees why with "
                        "'journalctl -u %s'.",
                        result,
                        !s->manager->user_mode && streq(result, "failed")
                                ? " Mostly this is PAM, which does not let you have sessions."
                                : "",
                        s->keeper.unit);
}

void systemd_keeper_job_done(Session *s, const char *result) {
        if (s->keeper.farewell)
                return; /* started or not, the keeper is to be stopped soon */
        if (session_phase_awaits(s->phase) == AWAITS_KEEPER_GONE)
                session_event(s, EVENT_KEEPER_GONE);
        else if (!streq(result, "done"))
                fail_start(s, result);
}

static int on_keeper_started(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;
        Session *s = systemd_call_session(c);

        if (!s || session_phase_awaits(s->phase) == AWAITS_KEEPER_GONE)
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL))
                return systemd_job_note(&s->keeper.job, reply);
        systemd_job_forget(s, &s->keeper.job);
        if (c->repeated && sd_bus_message_is_method_error(reply, SYSTEMD_UNIT_EXISTS))
                return 0; /* the first call has started the keeper already, which will speak for itself */
        session_fail(s, ERROR_START_FAILED, "systemd refused to start the session's keeper: %s",
                systemd_error_text(reply));
        return 0;
}

int systemd_start_keeper(Session *s, int listen_fd) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = systemd_new_call(s->manager, "StartTransientUnit", &call);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "ss", s->keeper.unit, "fail");
        if (r < 0)
                return r;
        r = append_keeper_properties(call, s, listen_fd);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "a(sa(sv))", 0);
        if (r < 0)
                return r;
        r = systemd_job_expect(s, &s->keeper.job);
        if (r < 0)
                return r;
        return systemd_ask(s->manager, s, call, on_keeper_started, NULL);
}

static int on_keeper_stopped(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);

        if (!s)
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL))
                return systemd_job_note(&s->keeper.job, reply);
        systemd_job_forget(s, &s->keeper.job);
        if (systemd_says_gone(reply))
                session_event(s, EVENT_KEEPER_GONE);
        else
                log_warning("Cannot stop %s, waiting for the deadline: %s", s->keeper.unit,
                        systemd_error_text(reply));
        return 0;
}

int systemd_stop_keeper(Session *s) {
        return systemd_job_stop_unit(s, s->keeper.unit, &s->keeper.job, on_keeper_stopped);
}
