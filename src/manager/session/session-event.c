/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How everybody says that something happened to a session. */

#include <stdarg.h>
#include <stdio.h>

#include "manager/model/event-queue.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/session/outside.h"
#include "manager/session/session-event.h"
#include "manager/session/session.h"
#include "shared/log.h"

void session_handle_events(Session *s) {
        SessionEvent event;

        while (event_queue_next(&s->events, &event))
                s->manager->handle_event(s, event);
}

void session_event(Session *s, SessionEvent event) {
        if (event_queue_add(&s->events, event))
                session_handle_events(s);
}

void session_scope_gone(Session *s) {
        s->scope.gone = true;
        if (!outside_has_leader(s, NULL))
                session_event(s, EVENT_SCOPE_GONE);
}

void session_fail(Session *s, const char *name, const char *format, ...) {
        _cleanup_free_ char *message = NULL;
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&message, format, arguments) < 0)
                message = NULL;
        va_end(arguments);
        if (session_phase_is_starting(s->phase))
                session_set_error(s, name, "%s", strempty(message));
        session_event(s, EVENT_FAILED);
}

int session_set_timer(Session *s, sd_event_source **source, usec_t usec, sd_event_time_handler_t handler) {
        int r;

        *source = sd_event_source_disable_unref(*source);
        r = sd_event_add_time_relative(s->manager->event, source, CLOCK_MONOTONIC, usec, 0, handler, s);
        if (r < 0)
                log_error_errno(r, "Cannot set a timer for session %s: %m", s->id);
        return r;
}

SessionEvent session_stop_event(const Session *s) {
        bool has_kernel = s->type == SESSION_NOTEBOOK && s->keeper.link && !s->keeper.lost;

        return session_phase_state(s->phase) != STATE_OPENING && has_kernel ? EVENT_SHUT_DOWN : EVENT_STOP;
}
