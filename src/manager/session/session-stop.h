/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How sessions are asked to end, and sent signals. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"

/* Ends a session because somebody asked, who is answered when nothing is left of it. 1, or -errno with error
 * set. */
int session_stop(Session *s, const Reply *reply, sd_bus_error *error);

/* Sends a signal to the leader ("leader") or to everything in the scope ("all"), and answers. 1, or -errno
 * with error set. */
int session_kill(Session *s, const char *whom, int signal, const Reply *reply, sd_bus_error *error);
