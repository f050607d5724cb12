/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Entries of the audit log, counted for each user. */

#include "manager/access/audit-budget.h"
#include "shared/macros.h"
#include "tests/unit/test-main.h"

#define NOW (1000 * USEC_PER_SEC)

static void use_up(AuditBudget *b, uid_t uid) {
        for (unsigned i = 1; i <= AUDIT_BURST; i++)
                ck_assert_uint_eq(audit_budget_count(b, uid, NOW), i);
        for (unsigned i = 0; i < 3; i++)
                ck_assert_uint_eq(audit_budget_count(b, uid, NOW), AUDIT_BURST + MIN(i + 1, 2U));
}

TEST(a_user_silences_nobody_with_a_like_uid) {
        AuditBudget b = {};

        use_up(&b, 1000 + 64 * 5);
        ck_assert_uint_eq(audit_budget_count(&b, 1000, NOW), 1);
}

TEST(a_window_ends) {
        AuditBudget b = {};

        use_up(&b, 1000);
        ck_assert_uint_gt(audit_budget_count(&b, 1000, NOW + AUDIT_WINDOW_USEC), AUDIT_BURST);
        ck_assert_uint_eq(audit_budget_count(&b, 1000, NOW + AUDIT_WINDOW_USEC + 1), 1);
}

TEST(many_uids_silence_nobody) {
        AuditBudget b = {};

        for (uid_t uid = 100000; uid < 100000 + 3 * AUDIT_PLACES; uid++)
                for (unsigned i = 0; i < AUDIT_BURST + 2; i++)
                        (void) audit_budget_count(&b, uid, NOW);
        ck_assert_uint_eq(audit_budget_count(&b, 1000, NOW), 1);
        /* Nor do they get more for those who used theirs up. */
        ck_assert_uint_gt(audit_budget_count(&b, 100001, NOW), AUDIT_BURST);
}

TEST_MAIN(a_user_silences_nobody_with_a_like_uid, a_window_ends, many_uids_silence_nobody);
