/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How sessions begin: limits, re-opening, joining a start that is under way. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"

/* Starts a session as requested, or re-opens the user's live session of the same notebook. The request is
 * consumed. The caller is answered when the session runs or has failed (REPLY_SESSION, REPLY_STARTED). On a
 * negative return, error says why, and nothing is left. */
int session_start(
        Manager *m, const Caller *caller, StartRequest *request, const Reply *reply, sd_bus_error *error);

/* Makes the calling process a session. The request is consumed. Returns as session_start(). */
int session_register(
        Manager *m, const Caller *caller, StartRequest *request, const Reply *reply, sd_bus_error *error);

/* Moves all callers that wait for s to its user's other session of the same notebook, and gives s up. */
void session_join(Session *s, Session *other);

/* Answers all callers that wait for the session to run. is_new: it runs for the first time. */
void session_answer_starters(Session *s, bool is_new);
