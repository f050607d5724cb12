/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Stopping sessions, and sending them signals. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"

/* Stops a session for a caller, who is answered when nothing is left of it. 1, or -errno with error set. */
int session_stop(Session *s, const Reply *reply, sd_bus_error *error);

/* Sends a signal to the leader ("leader") or to all processes of the scope ("all"), and answers the caller.
 * 1, or -errno with error set. */
int session_kill(Session *s, const char *whom, int signal, const Reply *reply, sd_bus_error *error);
