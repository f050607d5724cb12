/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The leader, the process whose end is the session's end: which process it is, and how it ended. */

#include <sys/types.h>

#include "manager/base/types.h"

/* Makes the process the leader, and watches it. -ESRCH: it has ended. -EPERM: it is not of the session's
 * user. */
int session_set_leader(Session *s, pid_t pid);

/* Finds the leader that is on record, and watches it. Its start time tells whether it is still the same
 * process. */
int session_find_leader(Session *s);

/* Forgets the leader and how it ended, as there will be another one. */
void session_forget_leader(Session *s);

/* Notes that the leader ended. exit_code 0: it is not known how. */
void session_on_ended(Session *s, int exit_code, int exit_status);

/* Notes that the leader ended, and waits a moment for its keeper to say how. */
void session_await_ended(Session *s);
