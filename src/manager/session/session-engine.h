/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries sessions through their lives: takes what happened, asks session-state.c what follows, and does it. */

#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/session/session-state.h"
#include "shared/time-span.h"

/* Something happened. If this is said while the session takes a step, it is looked at once that step is done, else at once.
 * The session is not freed before the loop comes round. */
void session_event(Session *s, SessionEvent event);

/* The event that an authorised stop of the session is: EVENT_SHUT_DOWN if its kernel can be asked nicely. */
SessionEvent session_stop_event(const Session *s);

/* Begins a new session, whose record is on disk and whose keeper was asked for. */
void session_begin(Session *s);

/* Enters a phase from outside of the table, for sessions that begin or are taken up again in it. */
void session_enter(Session *s, SessionStep step);

/* EVENT_FAILED, with the reason: a name of names.h and a sentence. */
void session_fail(Session *s, const char *name, const char *format, ...) _printf_(3, 4);

/* Sets a one-shot timer of the session in a place that may hold one already. -errno; logs. */
int session_set_timer(Session *s, sd_event_source **source, usec_t usec, sd_event_time_handler_t handler);

/* Notes who is the leader, and watches it. -ESRCH if it is gone, -EPERM if it is not the session's user's. */
int session_set_leader(Session *s, pid_t pid);
/* The same for a leader that is known from before; its start time tells whether it is still the same process. */
int session_find_leader(Session *s);

/* Has the leader ended, whether or not that was seen to yet? */
bool session_leader_is_gone(const Session *s);

/* Forgets who was the leader and how it ended: there will be another one. */
void session_forget_leader(Session *s);

/* The leader ended; exit_code 0: nobody knows how. */
void session_on_ended(Session *s, int exit_code, int exit_status);
/* The leader ended, and perhaps its keeper will still say how; if it does not do so soon, nobody knows. */
void session_await_ended(Session *s);
