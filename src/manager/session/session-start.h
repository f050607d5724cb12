/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How sessions begin and are asked to end: limits, re-opening, joining a start that is under way, stop requests. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/waiters.h"

/* Has call wait with others for something to happen to the session. -ENOBUFS: too many do; -EDQUOT: too many calls of the
 * caller's user are held; -ENOMEM. */
int session_wait(Session *s, Waiters *waiters, sd_bus_message *call);

/* Starts what the request asks for, or re-opens the user's live session of the same notebook; the request is consumed.
 * call is answered when the session runs or failed. On a negative return error says why, and nothing is left. */
int session_start(
        Manager *m, const Caller *caller, StartRequest *request, sd_bus_message *call, sd_bus_error *error);

/* Makes the calling process a session; the request is consumed. As session_start(). */
int session_register(
        Manager *m, const Caller *caller, StartRequest *request, sd_bus_message *call, sd_bus_error *error);

/* Hands everybody who waits for s to its user's other session of the same notebook, and gives s up. */
void session_join(Session *s, Session *other);

/* Answers everybody who waits for the session to run; is_new: for the first time. */
void session_answer_starters(Session *s, bool is_new);

/* Ends a session because somebody asked; call is answered when nothing is left of it. */
int session_stop(Session *s, const Caller *caller, sd_bus_message *call, sd_bus_error *error);

/* Sends a signal to the leader or to everything in the scope, and answers call. */
int session_kill(Session *s, const Caller *caller, const char *whom, int signal, sd_bus_message *call,
        sd_bus_error *error);
