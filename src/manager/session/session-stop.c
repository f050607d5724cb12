/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How sessions are asked to end, and sent signals. */

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "manager/access/admission.h"
#include "manager/base/audit.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-event.h"
#include "manager/session/session-stop.h"
#include "manager/session/session.h"
#include "manager/systemd/systemd-scope.h"
#include "shared/names.h"

int session_stop(Session *s, const Reply *reply, sd_bus_error *error) {
        SessionState state = session_phase_state(s->phase);

        if (waiters_add(&s->waiters.stop, &s->manager->charges, reply) < 0)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "Too many callers wait for the end of session %s already.", s->id);
        audit_stop_requested(s, reply->uid, "Stop");
        if (state == STATE_RUNNING || state == STATE_RESTARTING) {
                s->end.stop_requested = true;
                session_set_result(s, RESULT_STOPPED);
        }
        session_event(s, session_stop_event(s));
        return 1;
}

int session_kill(Session *s, const char *whom, int signal, const Reply *reply, sd_bus_error *error) {
        bool all = streq(whom, "all");
        int r;

        if (!all && !streq(whom, "leader"))
                return sd_bus_error_set(
                        error, ERROR_INVALID_ARGUMENT, "Whom to signal must be 'leader' or 'all'.");
        if (signal < 1 || signal > SIGRTMAX)
                return sd_bus_error_setf(
                        error, ERROR_INVALID_ARGUMENT, "There is no signal %i; see signal(7).", signal);
        if (admission_may_audit(s->manager, reply->uid))
                audit_stop_requested(s, reply->uid, "Kill");
        if (all) {
                r = systemd_kill_scope(s, signal, reply);
                if (r == -EDQUOT)
                        return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                                "Too many of your calls wait for systemd already; try again.");
                return r < 0 ? r : 1;
        }
        if (s->leader.fd < 0 || syscall(SYS_pidfd_send_signal, s->leader.fd, signal, NULL, 0) < 0)
                return sd_bus_error_setf(
                        error, ERROR_NO_SUCH_PROCESS, "The leader of session %s has ended.", s->id);
        return reply_success(reply);
}
