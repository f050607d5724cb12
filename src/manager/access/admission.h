/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every method call passes before its handler sees it: who is the caller (asked of the bus,
 * asynchronously), may they (policy.h, and polkit: authorization.h), and are the samples fresh that the
 * answer needs (usage.h). A call that has to wait for one of these is held and dispatched again. */

#include <systemd/sd-bus.h>

#include "manager/access/audit-budget.h"
#include "manager/access/caller.h"
#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/model/calls.h"
#include "shared/time-span.h"

/* Bytes of a call's arguments; one that has more is refused before anything else, as the bus would carry 32
 * MB. The largest that make sense are starts with REQUEST_TEXT_MAX bytes of command and environment, and
 * GetUsage of thousands. */
#define CALL_SIZE_MAX (256U * 1024U)

/* What a call that is dispatched again has passed, and is not asked about once more. */
enum {
        ADMISSION_AUTHORIZED = 1 << 0,
        ADMISSION_SAMPLED = 1 << 1,
        ADMISSION_TURN = 1 << 2, /* it waited for its turn (turns.h) */
};

/* Puts itself before all handlers of the manager's bus. */
int admission_start(Manager *m);
void admission_done(Admission *a);

/* The caller of a call that was admitted. Valid until the loop comes round. */
const Caller *admission_caller(Manager *m, sd_bus_message *call);

/* Charges who sent the call that is being dispatched with its being held. Does nothing if there is no call
 * (NULL), or no such caller. -EDQUOT: the user has too many; -ENOMEM. */
int admission_charge(Manager *m, sd_bus_message *call, ChargeKind kind, Charge *charge);

/* May another entry that this user provoked be written to the journal? Counts it. */
bool admission_may_audit(Manager *m, uid_t uid);

/* Dispatches a call that was held as if it had just arrived; but what it passed, it does not wait for once
 * more. */
void admission_dispatch_again(Manager *m, sd_bus_message *call, unsigned passed);

/* Answers a call on somebody else's session that is not allowed, and writes it to the journal. id may be NULL: nobody
 * may call this at all. challenge: the action for which polkit would have asked for a password; NULL if a password
 * would not help. */
void admission_refuse(Manager *m, sd_bus_message *call, Actor actor, const char *id, const char *challenge);
