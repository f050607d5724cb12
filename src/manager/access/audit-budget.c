/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Counts the entries of the audit log that each user provoked lately. */

#include "manager/access/audit-budget.h"
#include "shared/macros.h"

/* Finds the user's own place or, if there is none, the place with the fewest entries. */
static AuditWindow *find_window(AuditBudget *b, uid_t uid) {
        AuditWindow *least = &b->windows[0];

        for (size_t i = 0; i < AUDIT_PLACES; i++) {
                AuditWindow *w = &b->windows[i];

                if (w->n > 0 && w->uid == uid)
                        return w;
                if (w->n < least->n)
                        least = w;
        }
        *least = (AuditWindow){ .uid = uid };
        return least;
}

unsigned audit_budget_count(AuditBudget *b, uid_t uid, usec_t now) {
        AuditWindow *window;

        for (size_t i = 0; i < AUDIT_PLACES; i++)
                if (now - b->windows[i].since > AUDIT_WINDOW_USEC)
                        b->windows[i] = (AuditWindow){};
        window = find_window(b, uid);
        if (window->n == 0)
                window->since = now;
        if (window->n < AUDIT_BURST + 2)
                window->n++;
        return window->n;
}
