/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Handles messages of keepers, and keepers that come and go. */

#include "manager/session/session-keeper.h"
#include "manager/base/audit.h"
#include "manager/base/start-request.h"
#include "manager/keepers/keeper-link.h"
#include "manager/keepers/keeper-message.h"
#include "manager/keepers/keeper-request.h"
#include "manager/memory/memory-events.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/nesting.h"
#include "manager/registry/session-changes.h"
#include "manager/registry/session-table.h"
#include "manager/session/session-event.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-record.h"
#include "manager/session/session-restart.h"
#include "manager/session/session-start.h"
#include "manager/session/session-watch.h"
#include "manager/session/session.h"
#include "manager/systemd/systemd-keeper.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"

#define FAREWELL_USEC     (4 * USEC_PER_SEC) /* for a keeper to write outputs, or to connect at all */
#define RETURN_USEC       (2 * USEC_PER_SEC) /* for clients to attach again */
#define RECONNECT_USEC    (250 * USEC_PER_MSEC)
#define LINK_STABLE_USEC  USEC_PER_SEC /* a link that lasted this long is connected again at once */
#define LINK_FAILURES_MAX 3

/* When the last client is gone, OnDetach= says what follows, after a moment: clients attach again by
 * themselves when a keeper was restarted. */

static int on_detached(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        if (session_phase_state(s->phase) != STATE_RUNNING || s->terminal.clients > 0)
                return 0;
        session_set_result(s, RESULT_DETACHED);
        s->end.stop_requested = true;
        session_event(s, EVENT_STOP);
        return 0;
}

static void watch_detached(Session *s) {
        if (s->terminal.on_detach == USEC_INFINITY || session_phase_state(s->phase) != STATE_RUNNING ||
                s->terminal.clients > 0 || !s->terminal.had_clients)
                s->terminal.detached = sd_event_source_disable_unref(s->terminal.detached);
        else if (!s->terminal.detached)
                (void) session_set_timer(
                        s, &s->terminal.detached, MAX(s->terminal.on_detach, RETURN_USEC), on_detached);
}

/* The keeper */

/* Marks the keeper as permanently gone, and clears the state that only it could report. */
static void lose_keeper(Session *s) {
        s->keeper.lost = true;
        if (!s->kernel.state)
                return;
        s->kernel.state = NULL;
        s->kernel.state_since = 0;
        session_changed(s, CHANGE_KERNEL_STATE);
}

static void stop_keeper(Session *s) {
        s->keeper.farewell = sd_event_source_disable_unref(s->keeper.farewell);
        if (systemd_stop_keeper(s) < 0)
                log_warning("Cannot stop %s, waiting for the deadline.", s->keeper.unit);
}

static int on_farewell(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        stop_keeper(userdata);
        return 0;
}

/* Is the keeper to be heard before it is stopped? It may still be writing the kept outputs: if it were
 * killed while systemd stops it, no other keeper would come to write them. */
static bool is_awaited(const Session *s) {
        return s->type == SESSION_NOTEBOOK && !s->watched && s->keeper.phase == KEEPER_PHASE_RUNNING;
}

void session_dismiss_keeper(Session *s) {
        if (!s->keeper.unit[0])
                session_event(s, EVENT_KEEPER_GONE);
        else if (s->keeper.lost || (keeper_link_is_greeted(s->keeper.link) && !is_awaited(s)) ||
                session_set_timer(s, &s->keeper.farewell, FAREWELL_USEC, on_farewell) < 0)
                stop_keeper(s);
        else
                session_connect_keeper(s);
}

/* Takes over which sessions show this one; a keeper's list of clients is complete. */
static void take_nesting(Session *s, const KeeperMessage *message) {
        s->nesting.n = 0;
        for (size_t i = 0; i < message->n_within; i++)
                nesting_add(&s->nesting, message->within[i]);
}

static void take_changes(Session *s, const KeeperMessage *message) {
        if (message->has_size &&
                (s->terminal.rows != message->rows || s->terminal.columns != message->columns)) {
                s->terminal.rows = message->rows;
                s->terminal.columns = message->columns;
                session_changed(s, CHANGE_SIZE);
        }
        if (message->has_clients)
                take_nesting(s, message);
        if (message->has_clients && s->terminal.clients != message->clients) {
                s->terminal.had_clients = s->terminal.had_clients || message->clients > 0;
                s->terminal.clients = message->clients;
                session_changed(s, CHANGE_CLIENTS);
        }
        if (message->kernel_state &&
                (s->kernel.state != message->kernel_state ||
                        s->kernel.state_since != message->kernel_state_since)) {
                s->kernel.state = message->kernel_state;
                s->kernel.state_since = message->kernel_state_since;
                session_changed(s, CHANGE_KERNEL_STATE);
        }
        if (message->has_execution_count && s->kernel.execution_count != message->execution_count) {
                s->kernel.execution_count = message->execution_count;
                session_changed(s, CHANGE_EXECUTION);
        }
        if (message->kernel_language && replace_string(&s->kernel.language, message->kernel_language) > 0)
                session_changed(s, CHANGE_LANGUAGE);
        if (message->title && replace_string(&s->terminal.title, message->title) > 0)
                session_changed(s, CHANGE_TITLE);
        if (message->foreground && replace_string(&s->terminal.foreground, message->foreground) > 0)
                session_changed(s, CHANGE_FOREGROUND);
        if (message->foreground_directory &&
                replace_string(&s->terminal.foreground_directory, message->foreground_directory) > 0)
                session_changed(s, CHANGE_FOREGROUND);
        watch_detached(s);
}

/* Moves a text of the message over, if there is one. */
static void take_text(char **target, char **text) {
        if (!*text)
                return;
        free(*target);
        *target = TAKE_PTR(*text);
}

static void take_description(Session *s, KeeperMessage *message) {
        if (message->command) {
                strv_free(s->program.command);
                s->program.command = TAKE_PTR(message->command);
        }
        take_text(&s->program.directory, &message->directory);
        if (s->type != SESSION_NOTEBOOK)
                return;
        if (message->phase != KEEPER_PHASE_IDLE) /* or it was not told yet */
                s->unrecorded = message->is_unrecorded;
        take_text(&s->program.notebook, &message->notebook);
        take_text(&s->program.kernel, &message->kernel);
        take_text(&s->program.connection_file, &message->connection_file);
}

/* Is the session being restarted, and the keeper asked for another payload? */
static bool awaits_next_payload(const Session *s) {
        return session_phase_state(s->phase) == STATE_RESTARTING &&
                session_phase_awaits(s->phase) == AWAITS_GATE;
}

static void on_ended(Session *s, const KeeperMessage *message) {
        s->keeper.phase = KEEPER_PHASE_ENDED;
        if (s->keeper.farewell)
                stop_keeper(s);
        if (s->watched)
                return; /* the keeper is not the parent: the pidfd tells */
        if (awaits_next_payload(s))
                session_refork(s); /* the old payload's end, reported late */
        else
                session_on_ended(s, message->exit_code, message->exit_status);
}

static int on_status(Session *s, KeeperMessage *message) {
        PhaseAwaits awaits = session_phase_awaits(s->phase);

        memory_events_set_aside(s);
        if (s->keeper.farewell) {
                /* The next manager has to know of the file, if this one is killed meanwhile. */
                if (!s->announced && !s->program.connection_file) {
                        take_description(s, message);
                        (void) session_record_save(s);
                }
                stop_keeper(s);
                return 0;
        }
        s->keeper.phase = message->phase;
        take_changes(s, message);
        if (s->watched)
                return session_on_watch_status(s, message);
        if (!s->program.command) /* the session was adopted: only its keeper knows */
                take_description(s, message);
        switch (message->phase) {
        case KEEPER_PHASE_IDLE:
                if (session_phase_state(s->phase) == STATE_OPENING && awaits == AWAITS_GATE && s->request)
                        return keeper_link_start(s);
                if (session_phase_is_starting(s->phase) && !session_phase_expects_end(s->phase))
                        session_fail(
                                s, ERROR_START_FAILED, "The session's keeper lost its payload; try again.");
                return 0;
        case KEEPER_PHASE_GATE:
                /* The payload must not begin if no caller waits for it, or it did not say AT_GATE itself. */
                s->restart.maybe_seen_running = false;
                if (awaits == AWAITS_PROGRAM &&
                        (session_phase_state(s->phase) == STATE_RESTARTING || s->waiters.start.n > 0))
                        return keeper_link_open_gate(s);
                if (awaits_next_payload(s))
                        return session_find_payload(s, message->leader);
                if (session_phase_state(s->phase) == STATE_OPENING && awaits != AWAITS_SCOPE)
                        session_fail(
                                s, ERROR_START_FAILED, "The session's start was interrupted; try again.");
                return 0;
        case KEEPER_PHASE_RUNNING:
                if (message->is_awaited)
                        s->restart.maybe_seen_running = false;
                else
                        session_find_running(s);
                return 0;
        case KEEPER_PHASE_ENDED:
                on_ended(s, message);
                return 0;
        default:
                return -EBADMSG;
        }
}

static int on_gate(Session *s, KeeperMessage *message, const struct ucred *sender) {
        Session *other;
        int r;

        if (session_phase_awaits(s->phase) != AWAITS_GATE)
                return -EPROTO;
        r = session_set_leader(s, sender->pid);
        if (r == -ESRCH)
                return 0; /* the keeper, or the next one, will say that the payload ended */
        if (r < 0)
                return r;
        s->keeper.phase = KEEPER_PHASE_GATE;
        session_changed(s, CHANGE_LEADER);
        s->request = start_request_free(s->request);
        take_description(s, message);
        take_changes(s, message);
        if (!s->name)
                s->name = session_default_name(s);
        if (!s->name)
                return -ENOMEM;
        if (s->type == SESSION_NOTEBOOK && session_phase_state(s->phase) == STATE_OPENING) {
                /* The keeper has resolved links, so only now it can turn out that the notebook is open
                 * already. */
                other = session_table_get_by_notebook(&s->manager->sessions, s->uid, s->program.notebook, s);
                if (other) {
                        session_join(s, other);
                        return 0;
                }
        }
        session_event(s, EVENT_AT_GATE);
        return 0;
}

static void on_failed(Session *s, const KeeperMessage *message) {
        s->keeper.phase = KEEPER_PHASE_IDLE;
        if (s->keeper.farewell)
                stop_keeper(s);
        session_fail(s, keeper_error_name(message->error), "%s", strempty(message->message));
}

static void on_started(Session *s) {
        s->keeper.phase = KEEPER_PHASE_RUNNING;
        session_event(s, EVENT_STARTED);
}

static void on_changed(Session *s, const KeeperMessage *message) {
        take_changes(s, message);
}

static int on_reconnect(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        session_connect_keeper(userdata);
        return 0;
}

static void on_lost(Session *s, bool misbehaved) {
        bool stable = now_usec(CLOCK_MONOTONIC) - s->keeper.link_since >= LINK_STABLE_USEC;

        s->nesting.n = 0;
        if (s->terminal.clients > 0) {
                s->terminal.clients = 0;
                session_changed(s, CHANGE_CLIENTS);
        }
        memory_events_set_aside(s);
        s->keeper.phase = KEEPER_PHASE_IDLE; /* until STATUS comes */
        if (misbehaved && session_phase_is_starting(s->phase)) {
                session_fail(s, ERROR_START_FAILED,
                        "The session's keeper sent what it should not; see 'journalctl -u %s'.",
                        s->keeper.unit);
                return;
        }
        if (misbehaved && ++s->keeper.link_failures >= LINK_FAILURES_MAX) {
                audit_keeper_lost(s);
                lose_keeper(s);
                return;
        }
        /* The keeper is being restarted, and its socket waits for us. But a keeper that hangs up at once
         * must not keep us busy. */
        if (stable && !misbehaved)
                session_connect_keeper(s);
        else
                (void) session_set_timer(s, &s->keeper.reconnect, RECONNECT_USEC, on_reconnect);
}

static const KeeperHandlers handlers = {
        .on_status = on_status,
        .on_gate = on_gate,
        .on_started = on_started,
        .on_failed = on_failed,
        .on_ended = on_ended,
        .on_changed = on_changed,
        .on_lost = on_lost,
};

/* Is at most the keeper left of the session? */
static bool is_past_its_scope(const Session *s) {
        return session_phase_state(s->phase) == STATE_ENDED ||
                session_phase_awaits(s->phase) == AWAITS_KEEPER_GONE;
}

void session_connect_keeper(Session *s) {
        int r;

        s->keeper.reconnect = sd_event_source_disable_unref(s->keeper.reconnect);
        if (s->keeper.link || (is_past_its_scope(s) && !s->keeper.farewell))
                return;
        s->keeper.link_since = now_usec(CLOCK_MONOTONIC);
        r = keeper_link_connect(s, &handlers);
        if (r == -ECONNREFUSED || r == -ENOENT) {
                keeper_requests_done(&s->keeper.requests);
                if (session_phase_state(s->phase) == STATE_RUNNING)
                        audit_keeper_lost(s);
                lose_keeper(s);
                if (s->keeper.farewell)
                        stop_keeper(s);
                else
                        session_event(s, EVENT_KEEPER_GONE);
        } else if (r < 0)
                (void) session_set_timer(s, &s->keeper.reconnect, RECONNECT_USEC, on_reconnect);
}
