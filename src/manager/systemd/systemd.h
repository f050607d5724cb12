/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls to systemd (org.freedesktop.systemd1(5)), all asynchronous. Answers become events of sessions. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"

/* Subscribes to systemd's signals. Synchronous: for start-up only. */
int systemd_subscribe(Manager *m);

/* Stops a unit without a session, and does not wait for it. */
void systemd_stop_stray(Manager *m, const char *unit);

/* Has systemd put away a unit that has ended, if nobody refers to it. */
void systemd_collect(Manager *m, const char *unit);

/* Asks once more for the job that the session waits for, if any: its end may have been announced while
 * nobody listened. */
void systemd_ask_again(Session *s);

/* Forgets what the session expects of systemd, before it is freed. */
void systemd_forget(Session *s);

/* Answers with the session that the process is in (REPLY_FOUND). */
int systemd_find_session(Manager *m, uint32_t pid, const Reply *reply);
