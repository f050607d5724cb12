/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls whose answer waits for something to happen. Each is answered exactly once. */

#include <stddef.h>

#include "manager/access/charges.h"
#include "manager/model/reply.h"

#define WAITERS_MAX 64

typedef struct Waiter {
        Reply reply;
        Charge charge; /* for holding it */
} Waiter;

typedef struct Waiters {
        Waiter *items; /* oldest first */
        size_t n;
} Waiters;

/* Has the call wait with the others, and charges who called. -ENOBUFS when WAITERS_MAX wait already,
 * -EDQUOT: too many calls of the caller's user are held; -ENOMEM. */
int waiters_add(Waiters *w, Charges *charges, const Reply *reply);
/* The same for one that was charged already; the charge is taken on success. */
int waiters_add_charged(Waiters *w, const Reply *reply, Charge *charge);

/* Takes the oldest out: it is the caller's, to be answered and dropped. false: there is none. */
bool waiters_take(Waiters *w, Waiter *ret);
/* Drops reply and charge. */
void waiter_done(Waiter *waiter);

/* Answers all: that it is done, or to look anew. What waits again meanwhile is not answered. */
void waiters_succeed(Waiters *w);
/* Answers all with this error. */
void waiters_fail(Waiters *w, const char *name, const char *message);

/* Answers all that are left with "we lost it", and frees. */
void waiters_done(Waiters *w);
