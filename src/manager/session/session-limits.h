/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The limits of a session that runs: as they are, and setting others. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"
#include "shared/limit.h"
#include "shared/time-span.h"

#define LIMITS_FRESH_USEC USEC_PER_SEC /* what was read this lately is good enough */

/* Has Session::limits.values say what the kernel says, if it was not asked lately. What others set
 * (systemctl set-property) is found here, told on the bus and noted in the record. */
void session_refresh_limits(Session *s);

/* Has systemd set these limits on the session's scope. Who asked is answered when they are in force; while a
 * kernel is being restarted the call is held. On a negative return error is set. */
int session_set_limits(Session *s, const Limits *limits, const Reply *reply, sd_bus_error *error);

/* The restart is over: goes on with the calls that were held for it. */
void session_set_held_limits(Session *s);
