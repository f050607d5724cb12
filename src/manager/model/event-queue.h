/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Events of a session that wait until the one at hand is done with: an effect may itself be an event, and a
 * step is taken as a whole before the next one begins. Pure. */

#include "manager/model/session-state.h"

/* All zero: nothing waits, nothing is at hand. Each event waits at most once, so there is room for all. */
typedef struct EventQueue {
        SessionEvent events[SESSION_EVENT_MAX]; /* oldest first */
        unsigned n;
        bool busy; /* one is being carried out */
} EventQueue;

/* Takes up an event. True: nothing is at hand, and the caller is to take them with event_queue_next() until
 * there is none. False: whoever does so already will come to it. */
bool event_queue_add(EventQueue *q, SessionEvent event);

/* Begins something that is not an event, during which events wait as well. True, false: as
 * event_queue_add(). */
bool event_queue_begin(EventQueue *q);

/* Takes the oldest event. False: there is none, and nothing is at hand any more. */
bool event_queue_next(EventQueue *q, SessionEvent *ret);
