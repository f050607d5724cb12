/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every method call passes before its handler sees it: who is the caller (asked of the bus, asynchronously),
 * may they (policy.h), and are the samples fresh that the answer needs (usage.h). A call that has to wait for one of
 * these is held and dispatched again. */

#include <systemd/sd-bus.h>

#include "manager/caller.h"
#include "manager/types.h"
#include "shared/time-span.h"

#define ADMISSION_HELD_MAX 1024 /* calls that wait for their caller to be known */

/* Refusals, and signals to one's own sessions, can be provoked at will: of each user only so many are written to the
 * journal in a while. Users whose uids fall into one place share it. */
#define AUDIT_PLACES      64
#define AUDIT_WINDOW_USEC (10 * USEC_PER_SEC)
#define AUDIT_BURST       50

typedef struct AuditWindow {
        usec_t since; /* CLOCK_MONOTONIC */
        unsigned n;
} AuditWindow;

typedef struct Admission {
        AuditWindow audited[AUDIT_PLACES];
        CallerCache callers;
        sd_bus_message **held; /* calls that wait for their caller to be known */
        size_t n_held;
        sd_bus_message *
                *again; /* calls that waited for samples and are being dispatched again; not references */
        size_t n_again;
} Admission;

/* Puts itself before all handlers of the manager's bus. */
int admission_start(Manager *m);
void admission_done(Admission *a);

/* The caller of a call that was admitted. Valid until the loop comes round. */
const Caller *admission_caller(Manager *m, sd_bus_message *call);

/* May another entry that this user provoked be written to the journal? Counts it. */
bool admission_may_audit(Manager *m, uid_t uid);

/* Dispatches a call that waited for samples as if it had just arrived; it does not wait for samples once more. */
void admission_dispatch_again(Manager *m, sd_bus_message *call);
