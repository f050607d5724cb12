/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How sessions begin: limits, re-opening, joining a start that is under way. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"

/* Starts what the request asks for, or re-opens the user's live session of the same notebook; the request is
 * consumed. Who asked is answered when the session runs or failed (REPLY_SESSION, REPLY_STARTED). On a
 * negative return error says why, and nothing is left. */
int session_start(
        Manager *m, const Caller *caller, StartRequest *request, const Reply *reply, sd_bus_error *error);

/* Makes the calling process a session; the request is consumed. As session_start(). */
int session_register(
        Manager *m, const Caller *caller, StartRequest *request, const Reply *reply, sd_bus_error *error);

/* Hands everybody who waits for s to its user's other session of the same notebook, and gives s up. */
void session_join(Session *s, Session *other);

/* Answers everybody who waits for the session to run; is_new: for the first time. */
void session_answer_starters(Session *s, bool is_new);
