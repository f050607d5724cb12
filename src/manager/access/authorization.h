/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks polkit whether a caller may do what otherwise only the session's owner and root may. */

#include <systemd/sd-bus.h>

#include "manager/access/charges.h"
#include "manager/base/policy.h"
#include "manager/base/types.h"
#include "manager/model/calls.h"
#include "shared/ids.h"
#include "shared/time-span.h"

/* How long polkit may take: by itself, and if somebody has to type a password. */
#define AUTHORIZATION_USEC             (10 * USEC_PER_SEC)
#define AUTHORIZATION_INTERACTIVE_USEC (2 * USEC_PER_MINUTE)

/* Asks polkit, and holds the call, which is then dispatched again as an authorised one, or refused. If the
 * call has the flag ALLOW_INTERACTIVE_AUTHORIZATION, its sender is asked for a password if the administrator
 * wants that. action: a constant of policy.h. -EDQUOT or -ENOBUFS: too many calls of the caller, or of all,
 * wait for polkit, and the call is not held. */
int authorization_ask(
        Manager *m, sd_bus_message *call, const Caller *caller, Owned subject, const char *action);

void authorizations_done(Authorizations *authorizations);
