/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Carries sessions through their lives. */

#include <stdarg.h>
#include <stdio.h>

#include "manager/base/audit.h"
#include "manager/keepers/keeper-link.h"
#include "manager/model/event-queue.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/model/waiters.h"
#include "manager/registry/ended-list.h"
#include "manager/registry/session-changes.h"
#include "manager/registry/session-counts.h"
#include "manager/session/freezer.h"
#include "manager/session/outside.h"
#include "manager/session/scope-events.h"
#include "manager/session/session-engine.h"
#include "manager/session/session-event.h"
#include "manager/session/session-keeper.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-limits.h"
#include "manager/session/session-record.h"
#include "manager/session/session-restart.h"
#include "manager/session/session-watch.h"
#include "manager/session/session.h"
#include "manager/systemd/errand.h"
#include "manager/systemd/systemd-scope-end.h"
#include "manager/systemd/systemd-scope.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/process.h"
#include "shared/strv.h"

#define GRACE_USEC   (5 * USEC_PER_SEC)  /* on top of what systemd allows a stop */
#define KILL_USEC    (5 * USEC_PER_SEC)  /* from SIGKILL to giving up */
#define DISMISS_USEC (12 * USEC_PER_SEC) /* for the keeper to go, including how long systemd waits for it */
#define ROOM_USEC    USEC_PER_SEC        /* until there may be room in the runtime directory */

/* Deadlines */

static int on_deadline(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        log_info("Session %s was %s for too long.", s->id, session_phase_to_string(s->phase));
        session_event(s, EVENT_DEADLINE);
        return 0;
}

static usec_t phase_time(const Session *s, SessionPhase phase) {
        const Config *config = &s->manager->config;

        switch (session_phase_awaits(phase)) {
        case AWAITS_SHUT_DOWN:
                return config->kernel_shutdown_timeout;
        case AWAITS_SCOPE_GONE:
                return usec_add(config->stop_timeout, GRACE_USEC);
        case AWAITS_KILLED:
                return KILL_USEC;
        case AWAITS_KEEPER_GONE:
                return DISMISS_USEC;
        default:
                /* The start of a kernel is over when the kernel answers. */
                return s->kept && s->type == SESSION_NOTEBOOK
                        ? usec_add(config->start_timeout, config->kernel_start_timeout)
                        : config->start_timeout;
        }
}

static void set_deadline(Session *s, SessionPhase before) {
        if (!session_phase_has_deadline(s->phase))
                s->deadline = sd_event_source_disable_unref(s->deadline);
        else if (session_phase_state(s->phase) != STATE_OPENING ||
                session_phase_state(before) != STATE_OPENING ||
                !s->deadline) /* the whole start has one deadline */
                (void) session_set_timer(s, &s->deadline, phase_time(s, s->phase), on_deadline);
}

/* Effects */

static void announce(Session *s) {
        manager_count(s->manager, s, +1);
        session_changed(s, CHANGE_NEW);
        audit_session_started(s);
        if (s->watched)
                session_watch(s);
}

/* Announces the end, and names the processes that live on elsewhere, as nothing of ours ends them. */
static void tell_end(Session *s) {
        _cleanup_(outside_list_done) OutsideList list = {};
        char outside[OUTSIDE_TEXT_SIZE] = "";

        if (s->leader.audit_session != AUDIT_SESSION_UNSET && outside_list_read(s, &list) >= 0)
                (void) outside_describe(&list, outside);
        audit_session_ended(s, outside);
}

static void finish(Session *s) {
        int r;

        if (s->announced) {
                session_set_result(s, RESULT_EXITED);
                manager_count(s->manager, s, -1);
                tell_end(s);
                r = ended_list_add(&s->manager->ended, s->manager->runtime_fd, s);
                if (r < 0)
                        log_warning_errno(
                                r, "The next manager will not know that session %s ended: %m", s->id);
        } else if (s->error.name)
                audit_start_failed(s);
        session_record_remove(s);
        /* The keeper would have removed the file, but is lost, or was killed while it gave up a start. */
        if (s->kept && (s->keeper.lost || !s->announced) && s->type == SESSION_NOTEBOOK &&
                s->program.connection_file)
                errand_remove_connection_file(s);
        if (s->keeper.unit[0])
                keeper_link_forget(s->manager, s);
        session_changed(s, CHANGE_REMOVED);
}

static void open_gate(Session *s) {
        if (!s->kept)
                session_event(s, EVENT_STARTED);
        else if (s->keeper.link)
                (void) keeper_link_open_gate(
                        s); /* if this fails, the link breaks, and the next STATUS tells where we are */
}

/* Stops the scope. A leader that has left it gets the same signals from us. */
static void stop_scope(Session *s) {
        static const int signals[] = { SIGTERM, SIGHUP, SIGCONT };

        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                outside_signal_leader(s, signals[i]);
        if (systemd_stop_scope(s) < 0)
                log_warning("Cannot stop %s, waiting for the deadline.", s->scope.unit);
}

static void carry_out(Session *s, SessionEffects effects) {
        int r = 0;

        if (effects & EFFECT_START_SCOPE)
                r = systemd_start_scope(s);
        if (r < 0)
                session_fail(
                        s, ERROR_START_FAILED, "systemd could not be asked for a scope: %s", strerror(-r));
        if (effects & EFFECT_OPEN_GATE) {
                scope_events_start(s);
                open_gate(s);
        }
        if (effects & EFFECT_ANNOUNCE)
                announce(s);
        if (effects & EFFECT_THAW)
                freezer_release(s);
        if (effects & EFFECT_SHUT_DOWN)
                session_shut_down(s);
        if (effects & EFFECT_STOP_SCOPE)
                stop_scope(s);
        if (effects & EFFECT_KILL_SCOPE) {
                (void) systemd_kill_scope(s, SIGKILL, NULL);
                outside_signal_leader(s, SIGKILL);
        }
        if (effects & EFFECT_REFORK)
                session_refork(s);
        if (effects & EFFECT_REVIVE)
                session_revive(s);
        if (effects & EFFECT_STOP_KEEPER)
                session_dismiss_keeper(s);
        if (effects & EFFECT_FINISH)
                finish(s);
}

/* Events */

void session_begin(Session *s) {
        set_deadline(s, s->phase);
}

/* Gives up a restart before anything came of it: the kernel goes on. */
static void give_up_restart(Session *s, SessionPhase before, int error) {
        _cleanup_free_ char *sentence = NULL;

        if (asprintf(&sentence,
                    "The runtime directory %s cannot be written (%s); it may be full. The kernel goes on.",
                    s->manager->runtime_dir, strerror(-error)) < 0)
                sentence = NULL;
        s->phase = before;
        set_deadline(s, before);
        waiters_fail(&s->waiters.restart, ERROR_START_FAILED, sentence ?: "The kernel goes on.");
        session_set_held_limits(s);
}

static int on_room(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        session_event(userdata, EVENT_SCOPE_READY);
        return 0;
}

/* Tries again once there may be room on disk; meanwhile the kernel waits at its gate. */
static void await_room(Session *s, SessionPhase before) {
        s->phase = before;
        (void) session_set_timer(s, &s->scope.retry, ROOM_USEC, on_room);
}

static bool is_restart_awaiting(const Session *s, PhaseAwaits awaits) {
        return session_phase_state(s->phase) == STATE_RESTARTING && session_phase_awaits(s->phase) == awaits;
}

static void enter(Session *s, SessionStep step) {
        SessionPhase before = s->phase;
        int r;

        if (session_phase_awaits(before) == AWAITS_SCOPE)
                s->scope.retry = sd_event_source_disable_unref(s->scope.retry);
        s->phase = step.phase;
        if (step.effects & EFFECT_ANNOUNCE)
                s->announced = true;
        if (step.effects & EFFECT_REFORK)
                session_forget_leader(s);
        if (step.effects & EFFECT_REVIVE)
                s->restart.count++;
        if (session_phase_state(before) != session_phase_state(s->phase))
                session_changed(s, CHANGE_STATE);
        /* The decision is on disk before anything comes of it. */
        r = session_phase_state(s->phase) == STATE_ENDED ? 0 : session_record_save(s);
        if (r < 0)
                log_error_errno(r, "Cannot save the record of session %s: %m", s->id);
        /* With an older record, the next manager would take the end of the old kernel for the session's. */
        if (r < 0 && session_phase_state(before) == STATE_RUNNING &&
                is_restart_awaiting(s, AWAITS_SHUT_DOWN)) {
                give_up_restart(s, before, r);
                return;
        }
        /* With an older record, the next manager would stop the kernel that runs by then, to start
         * another. */
        if (r < 0 && session_phase_awaits(before) == AWAITS_SCOPE &&
                is_restart_awaiting(s, AWAITS_PROGRAM)) {
                await_room(s, before);
                return;
        }
        set_deadline(s, before);
        /* With an older record, the next manager would give up what runs by then. */
        if (r < 0 && session_phase_state(s->phase) == STATE_OPENING) {
                session_fail(s, ERROR_START_FAILED,
                        "The runtime directory %s cannot be written (%s); it may be full.",
                        s->manager->runtime_dir, strerror(-r));
                return;
        }
        carry_out(s, step.effects);
}

/* Says why a start failed, unless a better reason is noted already. */
static void explain_failure(Session *s, SessionEvent event) {
        session_set_result(s,
                event == EVENT_DEADLINE ? RESULT_TIMEOUT
                        : s->announced  ? RESULT_RESTART_FAILED
                                        : RESULT_START_FAILED);
        if (event == EVENT_DEADLINE)
                session_set_error(s, ERROR_START_TIMED_OUT,
                        "The session did not start within %s; see 'journalctl -u %s'.",
                        s->type == SESSION_NOTEBOOK ? "StartTimeoutSec= and KernelStartTimeoutSec="
                                                    : "StartTimeoutSec=",
                        s->keeper.unit);
        else if (event == EVENT_LEADER_ENDED)
                session_set_error(
                        s, ERROR_START_FAILED, "The session's process ended before it could be started.");
        else if (event == EVENT_STOP || event == EVENT_SHUT_DOWN)
                session_set_error(s, ERROR_STOPPED, "The session was stopped while it was being started.");
        else
                session_set_error(s, ERROR_START_FAILED,
                        "The session's keeper ended unexpectedly; see 'journalctl -u %s'.", s->keeper.unit);
}

void session_handle_event(Session *s, SessionEvent event) {
        SessionStep step = session_step(s->phase, event);

        if (step.phase == s->phase && step.effects == 0)
                return;
        if (session_phase_is_starting(s->phase) && session_phase_state(step.phase) > STATE_RESTARTING &&
                !s->superseded)
                explain_failure(s, event);
        else if (session_phase_awaits(step.phase) == AWAITS_KILLED)
                log_notice("Session %s does not stop, killing it.", s->id);
        enter(s, step);
}

void session_enter(Session *s, SessionStep step) {
        bool outermost = event_queue_begin(&s->events);

        enter(s, step);
        if (outermost)
                session_handle_events(s);
}
