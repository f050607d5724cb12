/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The limits of a session that runs: reading and setting them. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"
#include "shared/limit.h"
#include "shared/time-span.h"

#define LIMITS_FRESH_USEC USEC_PER_SEC /* a reading of this age is good enough */

/* Reads the limits from the kernel into Session::limits.values, unless they are fresh. Changes by others
 * (systemctl set-property) are found here, announced on the bus and noted in the record. */
void session_refresh_limits(Session *s);

/* Has systemd set these limits on the session's scope. The caller is answered when they are in force; while
 * a kernel is being restarted, the call is held. On a negative return, error is set. */
int session_set_limits(Session *s, const Limits *limits, const Reply *reply, sd_bus_error *error);

/* Dispatches the calls again that were held until the restart was over. */
void session_set_held_limits(Session *s);
