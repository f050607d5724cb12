/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stopping sessions, and sending them signals. */

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "manager/access/admission.h"
#include "manager/base/audit.h"
#include "manager/memory/oom-victim.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-event.h"
#include "manager/session/session-stop.h"
#include "manager/session/session.h"
#include "manager/systemd/systemd-scope.h"
#include "shared/names.h"
#include "shared/process.h"

int session_stop(Session *s, const Reply *reply, sd_bus_error *error) {
        SessionState state = session_phase_state(s->phase);

        if (waiters_add(&s->waiters.stop, &s->manager->charges, reply) < 0)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "Too many callers wait for the end of session %s already.", s->id);
        audit_stop_requested(s, reply_actor(reply), "Stop");
        if (state == STATE_RUNNING || state == STATE_RESTARTING) {
                s->end.stop_requested = true;
                session_set_result(s, RESULT_STOPPED);
        }
        session_event(s, session_stop_event(s));
        return 1;
}

/* Returns as whom the caller sends signals, for kill(2): as the owner or, if it is somebody whom polkit has
 * let, as root. */
static uid_t acts_as(const Session *s, const Reply *reply) {
        return reply->uid == s->uid ? s->uid : 0;
}

/* Signals the processes of the scope one by one, without those that the sender may not signal, as they are
 * root's by now (sudo, say). *ret_refused: how many these are. */
static int signal_each(const Session *s, int signal, uid_t sender, bool send, size_t *ret_refused) {
        ProcessList list = {};
        int r;

        *ret_refused = 0;
        r = process_list_read(s, &list);
        for (size_t i = 0; r >= 0 && i < list.n; i++) {
                _cleanup_close_ int fd = process_open(list.items[i].pid);
                char unit[UNIT_NAME_SIZE];
                int allowed;

                if (fd < 0 || cgroup_find_process(&s->manager->cgroups, list.items[i].pid, unit) < 0 ||
                        !streq(unit, s->scope.unit))
                        continue;
                allowed = process_may_signal(list.items[i].pid, sender);
                *ret_refused += allowed == 0;
                if (send && allowed > 0)
                        (void) syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0);
        }
        process_list_done(&list);
        return r;
}

static int signal_scope(Session *s, int signal, const Reply *reply, sd_bus_error *error) {
        uid_t sender = acts_as(s, reply);
        size_t refused = 0;
        int r;

        /* systemd signals all at one moment, so it is asked if the sender may signal all of them. */
        if (sender != 0 && !s->manager->user_mode &&
                signal_each(s, signal, sender, /* send = */ false, &refused) >= 0 && refused > 0) {
                (void) signal_each(s, signal, sender, /* send = */ true, &refused);
                return reply_success(reply);
        }
        r = systemd_kill_scope(s, signal, reply);
        if (r == -EDQUOT)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for systemd already; try again.");
        return r < 0 ? r : 1;
}

int session_kill(Session *s, const char *whom, int signal, const Reply *reply, sd_bus_error *error) {
        bool all = streq(whom, "all");

        if (!all && !streq(whom, "leader"))
                return sd_bus_error_set(
                        error, ERROR_INVALID_ARGUMENT, "Whom to signal must be 'leader' or 'all'.");
        if (signal < 1 || signal > SIGRTMAX)
                return sd_bus_error_setf(
                        error, ERROR_INVALID_ARGUMENT, "There is no signal %i; see signal(7).", signal);
        if (admission_may_audit(s->manager, reply->uid))
                audit_stop_requested(s, reply_actor(reply), "Kill");
        if (all)
                return signal_scope(s, signal, reply, error);
        if (s->leader.fd < 0 || process_has_ended(s->leader.fd) != 0)
                return sd_bus_error_setf(
                        error, ERROR_NO_SUCH_PROCESS, "The leader of session %s has ended.", s->id);
        if (process_may_signal(s->leader.pid, acts_as(s, reply)) <= 0)
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED,
                        "The leader of session %s, process %" PRIi32
                        ", runs as another user by now; only root may send it signals. Stop the session to end it.",
                        s->id, (int32_t) s->leader.pid);
        if (syscall(SYS_pidfd_send_signal, s->leader.fd, signal, NULL, 0) < 0)
                return sd_bus_error_setf(
                        error, ERROR_NO_SUCH_PROCESS, "The leader of session %s has ended.", s->id);
        return reply_success(reply);
}
