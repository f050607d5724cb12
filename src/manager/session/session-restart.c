/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How kernels are asked to shut down, and how they are started again in their session.
 *
 * A restart keeps session, keeper, connection file and whatever clients are connected to it; it makes
 * another process in another scope of the same name. The old scope is stopped first, as at an end, so that
 * nothing of the old kernel is left: its workers, what it had started in the background. session-state.c has
 * the way through it, and each step of it is on record before it is taken, so that another manager can go on
 * from there. */

#include <systemd/sd-login.h>

#include "manager/access/admission.h"
#include "manager/base/audit.h"
#include "manager/keepers/keeper-link.h"
#include "manager/keepers/keeper-message.h"
#include "manager/keepers/keeper-request.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/model/waiters.h"
#include "manager/registry/session-changes.h"
#include "manager/session/session-event.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-restart.h"
#include "manager/session/session.h"
#include "shared/log.h"
#include "shared/names.h"

#define CRASHES_USEC (60 * USEC_PER_SEC)
#define RETRIES_MAX  3

int session_restart(Session *s, const Reply *reply, sd_bus_error *error) {
        SessionState state = session_phase_state(s->phase);

        if (s->type != SESSION_NOTEBOOK)
                return sd_bus_error_setf(error, ERROR_NOT_SUPPORTED,
                        "Session %s is a terminal; only notebooks have a kernel to restart.", s->id);
        if (!s->kept)
                return sd_bus_error_setf(error, ERROR_NOT_SUPPORTED,
                        "Session %s was registered by its front-end, which alone can restart its kernel.",
                        s->id);
        if (state != STATE_RUNNING && state != STATE_RESTARTING)
                return sd_bus_error_setf(error, ERROR_STOPPED, "Session %s is ending.", s->id);
        if (!s->keeper.link)
                return sd_bus_error_setf(error, ERROR_NO_KEEPER,
                        "The keeper of session %s is not there; try again, or stop the session and start another.",
                        s->id);
        if (waiters_add(&s->waiters.restart, &s->manager->charges, reply) < 0)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "Too many callers wait for the restart of session %s already.", s->id);
        if (admission_may_audit(s->manager, reply->uid))
                audit_restart_requested(s, reply_actor(reply));
        session_event(s, EVENT_RESTART);
        return 1;
}

void session_answer_restarters(Session *s) {
        waiters_succeed(&s->waiters.restart);
}

/* Counts a crash. Is it one too many? */
static bool crashes_too_often(Session *s) {
        usec_t now = now_usec(CLOCK_MONOTONIC);

        if (s->restart.crashes[0] > 0 && now - s->restart.crashes[0] < CRASHES_USEC)
                return true;
        memmove(s->restart.crashes, s->restart.crashes + 1, (CRASHES_MAX - 1) * sizeof(usec_t));
        s->restart.crashes[CRASHES_MAX - 1] = now;
        return false;
}

/* Is a restart tried again? A payload at its gate ends with its keeper, and the next keeper can fork
 * another. If the kernel itself fails, the keeper says FAILED. */
static bool tries_again(Session *s) {
        PhaseAwaits awaits = session_phase_awaits(s->phase);

        if (session_phase_state(s->phase) != STATE_RESTARTING ||
                (awaits != AWAITS_SCOPE && awaits != AWAITS_PROGRAM) || s->keeper.lost ||
                s->restart.retries >= RETRIES_MAX)
                return false;
        s->restart.retries++;
        log_notice("The kernel of session %s ended before it ran again, trying once more.", s->id);
        return true;
}

bool session_survives(Session *s) {
        if (tries_again(s))
                return true;
        if (session_phase_state(s->phase) != STATE_RUNNING || !s->restart.on_crash || !s->kept ||
                s->type != SESSION_NOTEBOOK)
                return false;
        /* A cell called quit(), or a client sent shutdown_request: the kernel did what it was told. */
        if (s->end.exit_code == CLD_EXITED && s->end.exit_status == 0)
                return false;
        if (s->keeper.lost)
                return false;
        if (crashes_too_often(s)) {
                log_notice("The kernel of session %s crashed %d times within a minute, leaving it at that.",
                        s->id, CRASHES_MAX + 1);
                return false;
        }
        audit_kernel_crashed(s, session_leader_result(s));
        return true;
}

/* Shutting down */

static const char *on_shut_down(Session *s, KeeperMessage *message, const char **ret_message _unused_) {
        if (message && message->error == KEEPER_ERROR_NONE)
                return NULL;
        if (session_phase_awaits(s->phase) != AWAITS_SHUT_DOWN)
                return NULL;
        log_info("Session %s cannot be shut down by its keeper, stopping it: %s", s->id,
                message ? strempty(message->message) : "no answer");
        session_event(s, EVENT_FAILED);
        return NULL;
}

void session_shut_down(Session *s) {
        KeeperRequest *request = NULL;
        int r = -ENOTCONN;

        if (s->keeper.link || !s->keeper.lost) {
                request = keeper_request_new(s, KEEPER_SHUTDOWN);
                r = request ? 0 : -ENOMEM;
        }
        if (request) {
                wire_put_u64(&request->message, KEEPER_TAG_FLAGS,
                        session_phase_expects_end(s->phase) ? KEEPER_FLAG_RESTART : 0U);
                request->on_reply = on_shut_down;
                r = keeper_request_send(s, request, /* reply = */ NULL);
        }
        if (r < 0)
                session_event(s, EVENT_FAILED);
}

/* Starting again */

void session_refork(Session *s) {
        /* systemd may know of the end before the keeper does; then the keeper's ENDED leads here. */
        if (s->keeper.link && s->keeper.phase == KEEPER_PHASE_ENDED)
                /* If this fails, the link breaks, and the next STATUS leads here. */
                (void) keeper_link_restart(s);
        else if (keeper_link_is_greeted(s->keeper.link) && s->keeper.phase == KEEPER_PHASE_IDLE)
                session_fail(s, ERROR_START_FAILED, "The session's keeper lost its payload; try again.");
}

int session_find_payload(Session *s, pid_t pid) {
        _cleanup_free_ char *unit = NULL;
        int r;

        if (pid <= 0)
                return -EBADMSG;
        r = session_set_leader(s, pid);
        if (r == -ESRCH)
                return 0; /* the keeper, or the next one, will say that the payload ended */
        if (r < 0)
                return r;
        r = s->manager->user_mode ? sd_pid_get_user_unit(pid, &unit) : sd_pid_get_unit(pid, &unit);
        if (r >= 0 && !streq(unit, s->keeper.unit))
                r = -EPERM;
        if (r < 0) {
                bool gone = session_leader_is_gone(s);

                session_forget_leader(s);
                return gone ? 0 : r; /* as above */
        }
        session_changed(s, CHANGE_LEADER);
        session_event(s, EVENT_AT_GATE);
        return 0;
}

void session_find_running(Session *s) {
        bool again = s->restart.maybe_seen_running && s->waiters.restart.n > 0;

        session_event(s, EVENT_STARTED);
        if (again)
                session_event(s, EVENT_RESTART);
}

void session_revive(Session *s) {
        s->restart.retries = 0;
        s->restart.maybe_seen_running = false;
        session_changed(s, CHANGE_LEADER | CHANGE_REVIVED);
        audit_kernel_restarted(s);
}
