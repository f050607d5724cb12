/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many entries of the audit log each user provoked of late. */

#include "manager/access/audit-budget.h"
#include "shared/macros.h"

/* The user's own place, else the one that is missed least. */
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
