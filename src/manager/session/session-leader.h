/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The process whose end is the session's end: who it is, and how it ended. */

#include <sys/types.h>

#include "manager/base/types.h"

/* Notes who is the leader, and watches it. -ESRCH if it is gone, -EPERM if it is not the session's
 * user's. */
int session_set_leader(Session *s, pid_t pid);

/* The same for a leader that is known from before; its start time tells whether it is still the same
 * process. */
int session_find_leader(Session *s);

/* Forgets who was the leader and how it ended: there will be another one. */
void session_forget_leader(Session *s);

/* The leader ended; exit_code 0: nobody knows how. */
void session_on_ended(Session *s, int exit_code, int exit_status);

/* The leader ended, and perhaps its keeper will still say how; if it does not do so soon, nobody knows. */
void session_await_ended(Session *s);
