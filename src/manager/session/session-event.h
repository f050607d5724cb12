/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How everybody says that something happened to a session. What follows is the engine's
 * (session-engine.h). */

#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/model/session-state.h"
#include "shared/macros.h"
#include "shared/time-span.h"

/* Something happened. If this is said while the session takes a step, it is looked at once that step is
 * done, else at once. The session is not freed before the loop comes round. */
void session_event(Session *s, SessionEvent event);

/* Its scope is gone, and what it left behind was read: EVENT_SCOPE_GONE, if the leader has not left the
 * scope and lives on; then that comes with the leader's end. */
void session_scope_gone(Session *s);

/* EVENT_FAILED, with the reason: a name of names.h and a sentence. */
void session_fail(Session *s, const char *name, const char *format, ...) _printf_(3, 4);

/* Sets a one-shot timer of the session in a place that may hold one already. -errno; logs. */
int session_set_timer(Session *s, sd_event_source **source, usec_t usec, sd_event_time_handler_t handler);

/* Looks at the events that came while the session took a step; for the engine. */
void session_handle_events(Session *s);

/* The event that an authorised stop of the session is: EVENT_SHUT_DOWN if its kernel can be asked nicely. */
SessionEvent session_stop_event(const Session *s);
