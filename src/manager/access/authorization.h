/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks polkit whether somebody may do with a session what else only its owner and root may. */

#include <systemd/sd-bus.h>

#include "manager/access/charges.h"
#include "manager/base/policy.h"
#include "manager/base/types.h"
#include "manager/model/calls.h"
#include "shared/ids.h"
#include "shared/time-span.h"

/* How long polkit may take: alone, and if somebody has to type a password. */
#define AUTHORIZATION_USEC             (10 * USEC_PER_SEC)
#define AUTHORIZATION_INTERACTIVE_USEC (2 * USEC_PER_MINUTE)

/* Asks, and holds the call: it is dispatched again as one that is admitted, or refused. Whoever sent it with
 * the flag ALLOW_INTERACTIVE_AUTHORIZATION is asked for a password if the administrator wants it. action: a
 * constant of policy.h. -EDQUOT or -ENOBUFS: too many calls of the caller, or of all, wait for polkit; then
 * it is not held. */
int authorization_ask(
        Manager *m, sd_bus_message *call, const Caller *caller, Owned subject, const char *action);

void authorizations_done(Authorizations *authorizations);
