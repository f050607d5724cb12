/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks polkit whether somebody may do with a session what else only its owner and root may. */

#include <systemd/sd-bus.h>

#include "manager/access/charges.h"
#include "manager/base/policy.h"
#include "manager/base/types.h"
#include "shared/ids.h"
#include "shared/time-span.h"

/* Of all users together; see charges.c for how many of one. The system bus allows 128 unanswered calls of a connection;
 * usage.h and systemd-calls.h take their shares of them too. */
#define AUTHORIZATIONS_MAX 24

/* How long polkit may take: alone, and if somebody has to type a password. */
#define AUTHORIZATION_USEC             (10 * USEC_PER_SEC)
#define AUTHORIZATION_INTERACTIVE_USEC (2 * USEC_PER_MINUTE)

/* One question. */
typedef struct Authorization {
        Manager *manager;
        sd_bus_message *call; /* held until there is an answer */
        uid_t actor;
        char id[SESSION_ID_MAX]; /* of the session, which may end or be forgotten meanwhile */
        uid_t owner;
        const char *action;
        char question[32]; /* its name, in case that it is taken back */
        sd_bus_slot *answer;
        sd_bus_slot *departure; /* tells that the caller is gone */
        Charge charge;
} Authorization;

typedef struct Authorizations {
        Authorization *items[AUTHORIZATIONS_MAX];
        size_t n;
        uint64_t serial;
} Authorizations;

/* Asks, and holds the call: it is dispatched again as one that is admitted, or refused. Whoever sent it with the flag
 * ALLOW_INTERACTIVE_AUTHORIZATION is asked for a password if the administrator wants it. action: a constant of policy.h.
 * -EDQUOT or -ENOBUFS: too many calls of the caller, or of all, wait for polkit; then it is not held. */
int authorization_ask(
        Manager *m, sd_bus_message *call, const Caller *caller, Owned subject, const char *action);

void authorizations_done(Authorizations *authorizations);
