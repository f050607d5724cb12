/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What we ask of systemd (org.freedesktop.systemd1(5)), all of it asynchronous. Answers become session events. */

#include <systemd/sd-bus.h>

#include "manager/types.h"

/* Subscribes to systemd's signals. Synchronous: for start-up only. */
int systemd_subscribe(Manager *m);

/* Stops a unit that is of no session, and does not wait for it. */
void systemd_stop_stray(Manager *m, const char *unit);

/* Starts the keeper's transient service with this socket as its standard input (stays the caller's). A failure becomes
 * EVENT_FAILED; success shows when the keeper speaks. */
int systemd_start_keeper(Session *s, int listen_fd);

/* Makes the scope around the leader: EVENT_SCOPE_READY or EVENT_FAILED. */
int systemd_start_scope(Session *s);

/* Finds out what became of the scope, and notes the result if somebody else had it stopped. Then stops what is left of
 * it: EVENT_SCOPE_GONE. */
int systemd_stop_scope(Session *s);

/* Stops the keeper's service: EVENT_KEEPER_GONE. */
int systemd_stop_keeper(Session *s);

/* Asks once more for the job that the session waits for, if any: its end may have been told to nobody. */
void systemd_ask_again(Session *s);

/* Sends a signal to everything in the scope. call is answered, or NULL. */
int systemd_kill_scope(Session *s, int signal, sd_bus_message *call);

/* Has systemd remember the scope until we say otherwise, after a restart of ours; it forgets by itself when we go. */
void systemd_reference_scope(Session *s);
void systemd_unreference_scope(Session *s);

/* The session goes: nothing more is expected of systemd for it. */
void systemd_forget(Session *s);

/* Answers call with the session that the process is in. */
int systemd_find_session(Manager *m, uint32_t pid, sd_bus_message *call);
