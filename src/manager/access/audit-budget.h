/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Bounds the entries of the audit log that a user can provoke at will: so many of each user are written in a
 * window of time. No user's entries are counted as another's. The memory is bounded, too: with more users
 * than places, the user with the fewest entries loses the place, and is counted anew. So a person with many
 * uids (subuids) can write more, but silences nobody. Pure. */

#include <stdbool.h>
#include <sys/types.h>

#include "shared/time-span.h"

#define AUDIT_PLACES      64
#define AUDIT_WINDOW_USEC (10 * USEC_PER_SEC)
#define AUDIT_BURST       50

typedef struct AuditWindow {
        uid_t uid;
        unsigned n; /* entries; 0: the place is free */
        usec_t since;
} AuditWindow;

/* All zero: nobody was counted yet. */
typedef struct AuditBudget {
        AuditWindow windows[AUDIT_PLACES];
} AuditBudget;

/* Counts an entry. now: CLOCK_MONOTONIC. Returns how many this user has in the window, at most AUDIT_BURST +
 * 2: up to AUDIT_BURST are written; instead of the next, the log says that there are more. */
unsigned audit_budget_count(AuditBudget *b, uid_t uid, usec_t now);
