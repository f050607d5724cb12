/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every method call passes before its handler sees it. Is the caller known (the bus is asked,
 * asynchronously)? Is the caller allowed to (policy.h, and polkit: authorization.h)? Are the samples fresh
 * that the answer needs (usage.h)? A call that has to wait for one of these is held, and dispatched
 * again. */

#include <systemd/sd-bus.h>

#include "manager/access/audit-budget.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/model/calls.h"
#include "shared/time-span.h"

/* Bytes of a call's arguments. A larger call is refused before anything else, as the bus would carry 32 MB.
 * The largest calls that make sense are starts with REQUEST_TEXT_MAX bytes of command and environment, and
 * GetUsage of thousands of ids. */
#define CALL_SIZE_MAX (256U * 1024U)

/* The steps that a call has passed which is dispatched again, and does not take once more. */
enum {
        ADMISSION_AUTHORIZED = 1 << 0,
        ADMISSION_SAMPLED = 1 << 1,
        ADMISSION_TURN = 1 << 2, /* the call waited for its turn (turns.h) */
};

/* Installs the filter that calls pass before the handlers of the manager's bus. */
int admission_start(Manager *m);
void admission_done(Admission *a);

/* Returns the caller of an admitted call. Valid until the loop comes round. */
const Caller *admission_caller(Manager *m, sd_bus_message *call);

/* Charges the sender of the call that is being dispatched, as the call will be held. Does nothing if there
 * is no call (NULL), or its caller is not known. -EDQUOT: the user has too many; -ENOMEM. */
int admission_charge(Manager *m, sd_bus_message *call, ChargeKind kind, Charge *charge);

/* Counts a journal entry that this user provoked. May it be written? */
bool admission_may_audit(Manager *m, uid_t uid);

/* Dispatches a held call as if it had just arrived, but without the steps that it has passed. */
void admission_dispatch_again(Manager *m, sd_bus_message *call, unsigned passed);

/* Answers a call on somebody else's session that is not allowed, and writes it to the journal. id may be
 * NULL: nobody may call this at all. challenge: the action for which polkit would have asked for a
 * password; NULL if a password would not help. */
void admission_refuse(Manager *m, sd_bus_message *call, Actor actor, const char *id, const char *challenge);
