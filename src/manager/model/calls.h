/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Method calls on their way to their handlers: those that wait for their caller to be known (strangers.c),
 * for their turn (turns.c), for polkit (authorization.c), and what admission.c knows of callers. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/audit-budget.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "shared/ids.h"

/* A call that is being dispatched again. */
typedef struct DispatchedCall {
        const sd_bus_message *call; /* the bus's, not a reference */
        unsigned passed;
} DispatchedCall;

typedef struct Admission {
        AuditBudget audited; /* what users do, most of it to their own sessions */
        AuditBudget refused; /* of its own: who does much may still not try things unseen */
        CallerCache callers;
        DispatchedCall *again; /* in the order in which they come */
        size_t n_again;
        size_t size; /* of the arguments of the call that is being dispatched, in bytes */
} Admission;

typedef struct HeldCall {
        sd_bus_message *call;
        unsigned passed; /* see admission.h */
} HeldCall;

typedef struct Stranger {
        char *name; /* of the connection */
        HeldCall *calls;
        size_t n;
        size_t bytes;
} Stranger;

typedef struct Strangers {
        Stranger *items; /* in the order in which the bus was asked, which is that of its answers */
        size_t n;
} Strangers;

typedef struct TurnCall {
        sd_bus_message *call;
        unsigned passed; /* see admission.h */
        Charge charge;
} TurnCall;

typedef struct UserTurn {
        uid_t uid;
        TurnCall *calls;
        size_t first, n, allocated; /* a ring */
} UserTurn;

typedef struct Turns {
        UserTurn *users; /* those who wait, in the order of their turns */
        size_t n;
        sd_event_source
                *post; /* anything happened, and be it that the bus took an answer: perhaps it is time */
        sd_event_source *turn; /* dispatches one call; the next not before the bus has taken that up */
        unsigned reads;        /* of messages, while calls wait */
        unsigned served;       /* of those that had to wait, since none had to */
} Turns;

/* Of all users together; see charges.c for how many of one. The system bus allows 128 unanswered calls of a
 * connection; usage.h and systemd-calls.h take their shares of them too. */
#define AUTHORIZATIONS_MAX 24

/* One question. */
typedef struct Authorization {
        Manager *manager;
        sd_bus_message *call; /* held until there is an answer */
        Actor actor;
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
