/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries sessions through their lives: takes what happened, asks session-state.c what follows, and does
 * it. */

#include "manager/base/types.h"
#include "manager/model/session-state.h"

/* Begins a new session, whose record is on disk and whose keeper was asked for. */
void session_begin(Session *s);

/* What follows from one event; Manager::handle_event. */
void session_handle_event(Session *s, SessionEvent event);

/* Enters a phase from outside of the table, for sessions that begin or are taken up again in it. */
void session_enter(Session *s, SessionStep step);
