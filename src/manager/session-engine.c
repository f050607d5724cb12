/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Carries sessions through their lives. */

#include <stdarg.h>
#include <stdio.h>

#include "manager/audit.h"
#include "manager/keeper-link.h"
#include "manager/manager.h"
#include "manager/session-engine.h"
#include "manager/session-record.h"
#include "manager/session-restart.h"
#include "manager/session-start.h"
#include "manager/session.h"
#include "manager/start-request.h"
#include "manager/systemd.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/process.h"
#include "shared/strv.h"

#define GRACE_USEC        (5 * USEC_PER_SEC)    /* over what systemd itself allows a stop */
#define KILL_USEC         (5 * USEC_PER_SEC)    /* from SIGKILL to giving up */
#define FAREWELL_USEC     (4 * USEC_PER_SEC)    /* for a keeper that is being started again to be heard */
#define DISMISS_USEC      (12 * USEC_PER_SEC)   /* for the keeper to go, that included */
#define EXIT_STATUS_USEC  (100 * USEC_PER_MSEC) /* for somebody to say how the leader ended; so often: */
#define EXIT_ATTEMPTS_MAX 20
#define RETURN_USEC       (2 * USEC_PER_SEC) /* for clients to come back */
#define RECONNECT_USEC    (250 * USEC_PER_MSEC)
#define LINK_STABLE_USEC  USEC_PER_SEC /* a connection that lasted this long is made anew at once */
#define LINK_FAILURES_MAX 3

/* Deadlines */

static int on_deadline(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        log_info("Session %s was %s for too long.", s->id, session_phase_to_string(s->phase));
        session_event(s, EVENT_DEADLINE);
        return 0;
}

/* Sets a one-shot timer in a place that may hold one already. */
static int set_timer(Session *s, sd_event_source **source, usec_t usec, sd_event_time_handler_t handler) {
        int r;

        *source = sd_event_source_disable_unref(*source);
        r = sd_event_add_time_relative(s->manager->event, source, CLOCK_MONOTONIC, usec, 0, handler, s);
        if (r < 0)
                log_error_errno(r, "Cannot set a timer for session %s: %m", s->id);
        return r;
}

static usec_t phase_time(const Session *s, SessionPhase phase) {
        const Config *config = &s->manager->config;

        switch (phase) {
        case PHASE_PARTING:
        case PHASE_RESTARTING:
                return config->kernel_shutdown_timeout;
        case PHASE_CLEARING:
        case PHASE_STOPPING:
        case PHASE_SWEEPING:
                return usec_add(config->stop_timeout, GRACE_USEC);
        case PHASE_KILLING:
                return KILL_USEC;
        case PHASE_DISMISSING:
                return DISMISS_USEC;
        default:
                /* A kernel has started when it answers. */
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
                !s->deadline) /* one deadline for the whole start */
                (void) set_timer(s, &s->deadline, phase_time(s, s->phase), on_deadline);
}

/* Effects */

static void announce(Session *s) {
        manager_count(s->manager, s, +1);
        session_changed(s, CHANGE_NEW);
        audit_session_started(s);
}

static void finish(Session *s) {
        int r;

        if (s->announced) {
                session_set_result(s, RESULT_EXITED);
                manager_count(s->manager, s, -1);
                audit_session_ended(s);
                r = ended_list_add(&s->manager->ended, s->manager->runtime_fd, s);
                if (r < 0)
                        log_warning_errno(
                                r, "The next manager will not know that session %s ended: %m", s->id);
        } else if (s->error_name)
                audit_start_failed(s);
        session_record_remove(s);
        if (s->kept)
                keeper_link_forget(s->manager, s);
        session_changed(s, CHANGE_REMOVED);
}

static void open_gate(Session *s) {
        if (!s->kept)
                session_event(s, EVENT_STARTED);
        else if (s->link)
                (void) keeper_link_open_gate(
                        s); /* if this fails the link breaks, and STATUS tells where we are */
}

static void stop_keeper(Session *s) {
        s->farewell = sd_event_source_disable_unref(s->farewell);
        if (systemd_stop_keeper(s) < 0)
                log_warning("Cannot stop %s, waiting for the deadline.", s->keeper);
}

static int on_farewell(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        stop_keeper(userdata);
        return 0;
}

/* One that is being started again is heard first: were it stopped before it took up what systemd kept for it, a
 * kernel's connection file would be left behind. */
static void dismiss_keeper(Session *s) {
        if (!s->kept)
                session_event(s, EVENT_KEEPER_GONE);
        else if (s->keeper_lost || keeper_link_is_greeted(s->link) ||
                set_timer(s, &s->farewell, FAREWELL_USEC, on_farewell) < 0)
                stop_keeper(s);
        else
                session_connect_keeper(s);
}

static void carry_out(Session *s, SessionEffects effects) {
        int r = 0;

        if (effects & EFFECT_START_SCOPE)
                r = systemd_start_scope(s);
        if (r < 0)
                session_fail(
                        s, ERROR_START_FAILED, "systemd could not be asked for a scope: %s", strerror(-r));
        if (effects & EFFECT_OPEN_GATE)
                open_gate(s);
        if (effects & EFFECT_ANNOUNCE)
                announce(s);
        if (effects & EFFECT_SHUT_DOWN)
                session_shut_down(s);
        if ((effects & EFFECT_STOP_SCOPE) && systemd_stop_scope(s) < 0)
                log_warning("Cannot stop %s, waiting for the deadline.", s->scope);
        if (effects & EFFECT_KILL_SCOPE)
                (void) systemd_kill_scope(s, SIGKILL, NULL);
        if (effects & EFFECT_REFORK)
                session_refork(s);
        if (effects & EFFECT_REVIVE)
                session_revive(s);
        if (effects & EFFECT_STOP_KEEPER)
                dismiss_keeper(s);
        if (effects & EFFECT_FINISH)
                finish(s);
}

/* Events */

void session_begin(Session *s) {
        set_deadline(s, PHASE_PREPARING);
}

void session_enter(Session *s, SessionStep step) {
        SessionPhase before = s->phase;
        int r;

        s->phase = step.phase;
        if (step.effects & EFFECT_ANNOUNCE)
                s->announced = true;
        if (step.effects & EFFECT_REFORK)
                session_forget_leader(s);
        if (step.effects & EFFECT_REVIVE)
                s->restarts++;
        set_deadline(s, before);
        if (session_phase_state(before) != session_phase_state(s->phase))
                session_changed(s, CHANGE_STATE);
        /* What was decided is on disk before anything comes of it. */
        r = s->phase == PHASE_ENDED ? 0 : session_record_save(s);
        if (r < 0)
                log_error_errno(r, "Cannot save the record of session %s: %m", s->id);
        /* By an older record the next manager would give up what runs by then. */
        if (r < 0 && session_phase_state(s->phase) == STATE_OPENING) {
                session_fail(s, ERROR_START_FAILED,
                        "The runtime directory %s cannot be written (%s); it may be full.",
                        s->manager->runtime_dir, strerror(-r));
                return;
        }
        carry_out(s, step.effects);
}

/* Why a session that was still being started did not make it, if nobody has a better explanation. */
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
                        s->keeper);
        else if (event == EVENT_LEADER_ENDED)
                session_set_error(
                        s, ERROR_START_FAILED, "The session's process ended before it could be started.");
        else if (event == EVENT_STOP || event == EVENT_SHUT_DOWN)
                session_set_error(s, ERROR_STOPPED, "The session was stopped while it was being started.");
        else
                session_set_error(s, ERROR_START_FAILED,
                        "The session's keeper ended unexpectedly; see 'journalctl -u %s'.", s->keeper);
}

/* Is a program being brought to life, for the first time or again? */
static bool session_is_starting(const Session *s) {
        SessionState state = session_phase_state(s->phase);

        return state == STATE_OPENING || state == STATE_RESTARTING;
}

void session_event(Session *s, SessionEvent event) {
        SessionStep step = session_step(s->phase, event);

        if (step.phase == s->phase && step.effects == 0)
                return;
        if (session_is_starting(s) && session_phase_state(step.phase) > STATE_RESTARTING && !s->superseded)
                explain_failure(s, event);
        else if (event == EVENT_DEADLINE && s->phase == PHASE_STOPPING)
                log_notice("Session %s does not stop, killing it.", s->id);
        session_enter(s, step);
}

void session_fail(Session *s, const char *name, const char *format, ...) {
        _cleanup_free_ char *message = NULL;
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&message, format, arguments) < 0)
                message = NULL;
        va_end(arguments);
        if (session_is_starting(s))
                session_set_error(s, name, "%s", strempty(message));
        session_event(s, EVENT_FAILED);
}

/* The leader */

static int on_exit_status_late(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;
        int code = 0, status = -1;
        bool known;

        /* The kernel tells once its parent has reaped it; a keeper's word comes before that. */
        known = s->leader_fd >= 0 && process_exit_info(s->leader_fd, &code, &status) >= 0;
        if ((!known || s->link) && s->exit_attempts++ < EXIT_ATTEMPTS_MAX)
                session_await_ended(s);
        else
                session_on_ended(s, code, status);
        return 0;
}

void session_await_ended(Session *s) {
        (void) set_timer(s, &s->leader_event, EXIT_STATUS_USEC, on_exit_status_late);
}

static int on_leader_ended(
        sd_event_source *source _unused_, int fd, uint32_t revents _unused_, void *userdata) {
        Session *s = userdata;
        int code, status;

        /* The keeper's word comes first: a program may end before we were told that it began. */
        if (!s->link && process_exit_info(fd, &code, &status) >= 0)
                session_on_ended(s, code, status);
        else
                session_await_ended(s);
        return 0;
}

static int watch_leader(Session *s) {
        s->leader_event = sd_event_source_disable_unref(s->leader_event);
        return sd_event_add_io(
                s->manager->event, &s->leader_event, s->leader_fd, EPOLLIN, on_leader_ended, s);
}

int session_set_leader(Session *s, pid_t pid) {
        _cleanup_close_ int fd = -EBADF;
        uint64_t start;
        uid_t uid;
        int r;

        fd = process_open(pid);
        if (fd < 0)
                return fd;
        r = process_uid(pid, &uid);
        if (r < 0)
                return r;
        if (uid != s->uid)
                return -EPERM;
        r = process_start_time(pid, &start);
        if (r < 0)
                return r;
        /* If it still lives, what was read just now was read of the process that the pidfd names. */
        r = process_has_ended(fd);
        if (r != 0)
                return r < 0 ? r : -ESRCH;
        s->leader = pid;
        s->leader_start = start;
        (void) safe_close(s->leader_fd);
        s->leader_fd = TAKE_FD(fd);
        return watch_leader(s);
}

int session_find_leader(Session *s) {
        _cleanup_close_ int fd = -EBADF;
        uint64_t start;
        int r;

        fd = process_open(s->leader);
        if (fd < 0)
                return fd;
        r = process_start_time(s->leader, &start);
        if (r < 0)
                return r;
        if (start != s->leader_start)
                return -ESRCH;
        (void) safe_close(s->leader_fd);
        s->leader_fd = TAKE_FD(fd);
        return watch_leader(s);
}

void session_on_ended(Session *s, int exit_code, int exit_status) {
        SessionEvent event;

        if (s->leader_ended)
                return;
        s->leader_ended = true;
        s->leader_event = sd_event_source_disable_unref(s->leader_event);
        s->exit_code = exit_code;
        s->exit_status = exit_code == 0 ? -1 : exit_status;
        session_changed(s, CHANGE_RESULT);
        event = session_survives(s) ? EVENT_CRASHED : EVENT_LEADER_ENDED;
        if (event == EVENT_LEADER_ENDED && s->phase != PHASE_RESTARTING && s->phase != PHASE_CLEARING) {
                keeper_requests_done(&s->requests);
                if (s->announced && !session_is_starting(s))
                        session_set_result(s, session_result_from_exit(exit_code, exit_status));
        }
        session_event(s, event);
}

void session_forget_leader(Session *s) {
        s->leader = 0;
        s->leader_start = 0;
        s->leader_fd = safe_close(s->leader_fd);
        s->leader_event = sd_event_source_disable_unref(s->leader_event);
        s->leader_ended = false;
        s->exit_code = 0;
        s->exit_status = -1;
        s->exit_attempts = 0;
        session_changed(s, CHANGE_LEADER | CHANGE_RESULT);
}

/* The clients: when the last one is gone, OnDetach= says what follows. A moment is always given, since clients come back
 * by themselves when a keeper was restarted. */

static int on_detached(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        if (s->phase != PHASE_RUNNING || s->clients > 0)
                return 0;
        session_set_result(s, RESULT_DETACHED);
        s->stop_requested = true;
        session_event(s, EVENT_STOP);
        return 0;
}

static void watch_detached(Session *s) {
        if (s->on_detach == USEC_INFINITY || s->phase != PHASE_RUNNING || s->clients > 0 || !s->had_clients)
                s->detached = sd_event_source_disable_unref(s->detached);
        else if (!s->detached)
                (void) set_timer(s, &s->detached, MAX(s->on_detach, RETURN_USEC), on_detached);
}

/* The keeper */

static void take_changes(Session *s, const KeeperMessage *message) {
        if (message->has_size && (s->rows != message->rows || s->columns != message->columns)) {
                s->rows = message->rows;
                s->columns = message->columns;
                session_changed(s, CHANGE_SIZE);
        }
        if (message->has_clients && s->clients != message->clients) {
                s->had_clients = s->had_clients || message->clients > 0;
                s->clients = message->clients;
                session_changed(s, CHANGE_CLIENTS);
        }
        if (message->kernel_state &&
                (s->kernel_state != message->kernel_state ||
                        s->kernel_state_since != message->kernel_state_since)) {
                s->kernel_state = message->kernel_state;
                s->kernel_state_since = message->kernel_state_since;
                session_changed(s, CHANGE_KERNEL_STATE);
        }
        if (message->has_execution_count && s->execution_count != message->execution_count) {
                s->execution_count = message->execution_count;
                session_changed(s, CHANGE_EXECUTION);
        }
        if (message->kernel_language && replace_string(&s->kernel_language, message->kernel_language) > 0)
                session_changed(s, CHANGE_LANGUAGE);
        if (message->title && replace_string(&s->title, message->title) > 0)
                session_changed(s, CHANGE_TITLE);
        if (message->foreground && replace_string(&s->foreground, message->foreground) > 0)
                session_changed(s, CHANGE_FOREGROUND);
        if (message->foreground_directory &&
                replace_string(&s->foreground_directory, message->foreground_directory) > 0)
                session_changed(s, CHANGE_FOREGROUND);
        watch_detached(s);
}

/* Moves a text over, if the message has it. */
static void take_text(char **target, char **text) {
        if (!*text)
                return;
        free(*target);
        *target = TAKE_PTR(*text);
}

static void take_description(Session *s, KeeperMessage *message) {
        if (message->command) {
                strv_free(s->command);
                s->command = TAKE_PTR(message->command);
        }
        take_text(&s->directory, &message->directory);
        if (s->type != SESSION_NOTEBOOK)
                return;
        take_text(&s->notebook, &message->notebook);
        take_text(&s->kernel, &message->kernel);
        take_text(&s->connection_file, &message->connection_file);
}

int session_on_status(Session *s, KeeperMessage *message) {
        if (s->farewell) {
                stop_keeper(s);
                return 0;
        }
        s->keeper_phase = message->phase;
        take_changes(s, message);
        if (!s->command) /* an adopted one: only its keeper remembers */
                take_description(s, message);
        switch (message->phase) {
        case KEEPER_PHASE_IDLE:
                if (s->phase == PHASE_PREPARING && s->request)
                        return keeper_link_start(s);
                if (session_is_starting(s) && s->phase != PHASE_RESTARTING && s->phase != PHASE_CLEARING)
                        session_fail(
                                s, ERROR_START_FAILED, "The session's keeper lost its payload; try again.");
                return 0;
        case KEEPER_PHASE_GATE:
                /* Without a caller that waits for it, or without the payload's own word, it must not begin. */
                if ((s->phase == PHASE_RELEASING && s->starters.n > 0) || s->phase == PHASE_REVIVING)
                        return keeper_link_open_gate(s);
                if (s->phase == PHASE_REFORKING)
                        return session_find_payload(s, message->leader);
                if (s->phase == PHASE_PREPARING || s->phase == PHASE_RELEASING)
                        session_fail(
                                s, ERROR_START_FAILED, "The session's start was interrupted; try again.");
                return 0;
        case KEEPER_PHASE_RUNNING:
                session_event(s, EVENT_STARTED);
                return 0;
        case KEEPER_PHASE_ENDED:
                session_on_payload_ended(s, message);
                return 0;
        default:
                return -EBADMSG;
        }
}

void session_on_payload_ended(Session *s, const KeeperMessage *message) {
        s->keeper_phase = KEEPER_PHASE_ENDED;
        if (s->phase == PHASE_REFORKING)
                session_refork(s); /* the old one's end, told late */
        else
                session_on_ended(s, message->exit_code, message->exit_status);
}

int session_on_gate(Session *s, KeeperMessage *message, const struct ucred *sender) {
        Session *other;
        int r;

        if (s->phase != PHASE_PREPARING && s->phase != PHASE_REFORKING)
                return -EPROTO;
        r = session_set_leader(s, sender->pid);
        if (r < 0)
                return r;
        s->keeper_phase = KEEPER_PHASE_GATE;
        session_changed(s, CHANGE_LEADER);
        s->request = start_request_free(s->request);
        take_description(s, message);
        take_changes(s, message);
        if (!s->name)
                s->name = session_default_name(s);
        if (!s->name)
                return -ENOMEM;
        if (s->type == SESSION_NOTEBOOK && s->phase == PHASE_PREPARING) {
                /* Only now that links are resolved can it turn out that the notebook is open already. */
                other = session_table_get_by_notebook(&s->manager->sessions, s->uid, s->notebook, s);
                if (other) {
                        session_join(s, other);
                        return 0;
                }
        }
        session_event(s, EVENT_AT_GATE);
        return 0;
}

void session_on_failed(Session *s, const KeeperMessage *message) {
        session_fail(s, keeper_error_name(message->error), "%s", strempty(message->message));
}

void session_on_changed(Session *s, const KeeperMessage *message) {
        take_changes(s, message);
}

static int on_reconnect(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        session_connect_keeper(userdata);
        return 0;
}

void session_connect_keeper(Session *s) {
        int r;

        s->reconnect = sd_event_source_disable_unref(s->reconnect);
        if (s->link || (s->phase >= PHASE_DISMISSING && !s->farewell))
                return;
        s->link_since = now_usec(CLOCK_MONOTONIC);
        r = keeper_link_connect(s);
        if (r == -ECONNREFUSED || r == -ENOENT) {
                keeper_requests_done(&s->requests);
                if (s->phase == PHASE_RUNNING)
                        audit_keeper_lost(s);
                s->keeper_lost = true;
                if (s->farewell)
                        stop_keeper(s);
                else
                        session_event(s, EVENT_KEEPER_GONE);
        } else if (r < 0)
                (void) set_timer(s, &s->reconnect, RECONNECT_USEC, on_reconnect);
}

void session_on_link_lost(Session *s, bool misbehaved) {
        bool stable = now_usec(CLOCK_MONOTONIC) - s->link_since >= LINK_STABLE_USEC;

        if (s->clients > 0) {
                s->clients = 0;
                session_changed(s, CHANGE_CLIENTS);
        }
        s->keeper_phase = KEEPER_PHASE_IDLE; /* until it says */
        if (misbehaved && session_is_starting(s)) {
                session_fail(s, ERROR_START_FAILED,
                        "The session's keeper sent what it should not; see 'journalctl -u %s'.", s->keeper);
                return;
        }
        if (misbehaved && ++s->link_failures >= LINK_FAILURES_MAX) {
                audit_keeper_lost(s);
                s->keeper_lost = true;
                return;
        }
        /* It is being restarted, and its socket waits for us; but one that hangs up at once must not keep us busy. */
        if (stable && !misbehaved)
                session_connect_keeper(s);
        else
                (void) set_timer(s, &s->reconnect, RECONNECT_USEC, on_reconnect);
}
