/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The scope in which a session's processes run. How it ends is in systemd-scope-end.h. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"

/* Makes the scope around the leader: EVENT_SCOPE_READY or EVENT_FAILED. */
int systemd_start_scope(Session *s);

/* Asks once more for the start that the session waits for, if it does: its end may have been announced while
 * nobody listened. */
void systemd_start_scope_again(Session *s);

/* Is a process of somebody else in the scope? Numbers of processes are used again, and systemd before 255
 * gets only the leader's number: if the leader ended too early, another process may have been moved into the
 * scope, which is not ours to end. */
bool systemd_scope_holds_stranger(const Session *s);

/* Sends a signal to all processes of the scope, and answers the caller, if there is one. -EPERM: the scope
 * is not the session's. */
int systemd_kill_scope(Session *s, int signal, const Reply *reply);

/* Notes that the job that was waited for is done. result: as in JobRemoved. */
void systemd_scope_job_done(Session *s, const char *result);
