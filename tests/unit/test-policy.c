/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may call what. That every method has a row is for a lint to see. */

#include "manager/policy.h"
#include "shared/names.h"
#include "tests/unit/test-main.h"

TEST(what_is_not_in_the_table_is_denied) {
        ck_assert_int_eq(policy_rule(MANAGER_INTERFACE, "NoSuchMethod"), POLICY_DENY);
        ck_assert_int_eq(policy_rule(MANAGER_INTERFACE, "listsessions"), POLICY_DENY);
        ck_assert_int_eq(policy_rule(MANAGER_INTERFACE, ""), POLICY_DENY);
        ck_assert_int_eq(policy_rule(MANAGER_INTERFACE, NULL), POLICY_DENY);
        ck_assert_int_eq(policy_rule(NULL, "ListSessions"), POLICY_DENY);
        ck_assert_int_eq(policy_rule("", "ListSessions"), POLICY_DENY);
        ck_assert_int_eq(policy_rule("org.computesession1", "ListSessions"), POLICY_DENY);
        ck_assert_int_eq(policy_rule(SESSION_INTERFACE, "ListSessions"), POLICY_DENY);
        ck_assert_int_eq(policy_rule(MANAGER_INTERFACE, "Attach"), POLICY_DENY);
        ck_assert_int_eq(policy_rule("org.freedesktop.DBus.Properties", "Set"), POLICY_DENY);
}

/* What looks is open to all; what changes somebody's session is not. */
TEST(rules_of_methods) {
        static const char *const of_path[] = { "Attach", "Resize", "Stop", "Kill" };
        static const char *const of_first[] = { "StopSession", "KillSession" };
        static const char *const of_anyone[] = { "ListSessions", "GetUsage", "GetSession", "StartTerminal",
                "StartNotebook", "RegisterSession" };

        for (size_t i = 0; i < ELEMENTSOF(of_path); i++)
                ck_assert_int_eq(policy_rule(SESSION_INTERFACE, of_path[i]), POLICY_OWNER_OF_PATH);
        for (size_t i = 0; i < ELEMENTSOF(of_first); i++)
                ck_assert_int_eq(policy_rule(MANAGER_INTERFACE, of_first[i]), POLICY_OWNER_OF_FIRST);
        for (size_t i = 0; i < ELEMENTSOF(of_anyone); i++)
                ck_assert_int_eq(policy_rule(MANAGER_INTERFACE, of_anyone[i]), POLICY_ANYONE);
        ck_assert_int_eq(policy_rule("org.freedesktop.DBus.Properties", "GetAll"), POLICY_ANYONE);
}

TEST(owners) {
        ck_assert(policy_is_owner(1000, 1000));
        ck_assert(policy_is_owner(0, 1000));
        ck_assert(policy_is_owner(0, 0));
        ck_assert(!policy_is_owner(1000, 1001));
        ck_assert(!policy_is_owner(1000, 0));
        ck_assert(!policy_is_owner((uid_t) -1, 1000));
}

TEST_MAIN(what_is_not_in_the_table_is_denied, rules_of_methods, owners);
