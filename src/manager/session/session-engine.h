/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries sessions through their lives: takes an event, asks session-state.c what follows, and carries that
 * out. */

#include "manager/base/types.h"
#include "manager/model/session-state.h"

/* Begins a new session, whose record is on disk and whose keeper was asked for. */
void session_begin(Session *s);

/* Carries out what follows from one event. This is Manager::handle_event. */
void session_handle_event(Session *s, SessionEvent event);

/* Enters a phase without an event: for sessions that begin, or are taken up again, in that phase. */
void session_enter(Session *s, SessionStep step);
