/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Some entries of the audit log can be provoked at will: of each user only so many are written in a while.
 * No user's entries are counted as another's. The memory is bounded: with more users than there are places,
 * the one with the fewest entries loses the place, and is counted anew. So who has many uids (subuids) can
 * write more, but silences nobody. Pure. */

#include <stdbool.h>
#include <sys/types.h>

#include "shared/time-span.h"

#define AUDIT_PLACES      64
#define AUDIT_WINDOW_USEC (10 * USEC_PER_SEC)
#define AUDIT_BURST       50

typedef struct AuditWindow {
        uid_t uid;
        unsigned n; /* 0: the place is free */
        usec_t since;
} AuditWindow;

/* All zero: nobody was counted. */
typedef struct AuditBudget {
        AuditWindow windows[AUDIT_PLACES];
} AuditBudget;

/* Counts an entry. now: CLOCK_MONOTONIC. Returns how many this user has in the window, at most AUDIT_BURST +
 * 2: up to AUDIT_BURST are to be written, of the next one it is told that there are more. */
unsigned audit_budget_count(AuditBudget *b, uid_t uid, usec_t now);
