/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How everybody says that something happened to a session. What follows is the engine's
 * (session-engine.h). */

#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/model/session-state.h"
#include "shared/macros.h"
#include "shared/time-span.h"

/* Reports an event. It is handled at once or, while the session takes a step, once that step is done. The
 * session is not freed before the loop comes round. */
void session_event(Session *s, SessionEvent event);

/* Reports EVENT_SCOPE_GONE, once the scope is gone and its remains were read. If the leader has left the
 * scope and lives on, the event comes with the leader's end. */
void session_scope_gone(Session *s);

/* Reports EVENT_FAILED, with the reason: a name of names.h and a sentence. */
void session_fail(Session *s, const char *name, const char *format, ...) _printf_(3, 4);

/* Sets a one-shot timer of the session, instead of the one that source may hold. -errno; logs. */
int session_set_timer(Session *s, sd_event_source **source, usec_t usec, sd_event_time_handler_t handler);

/* Handles the events that came while the session took a step; for the engine. */
void session_handle_events(Session *s);

/* Returns the event for an authorised stop: EVENT_SHUT_DOWN if the kernel can be asked to shut down, else
 * EVENT_STOP. */
SessionEvent session_stop_event(const Session *s);
