/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may call what. That every method has a row is for a lint to see. */

#include "manager/base/policy.h"
#include "shared/names.h"
#include "tests/unit/test-main.h"

static PolicyRule rule(const char *interface, const char *member) {
        const char *action;

        return policy_rule(interface, member, &action);
}

static const char *action(const char *interface, const char *member) {
        const char *action;

        (void) policy_rule(interface, member, &action);
        return action;
}

TEST(what_is_not_in_the_table_is_denied) {
        static const char *const unknown[][2] = { { MANAGER_INTERFACE, "NoSuchMethod" },
                { MANAGER_INTERFACE, "listsessions" }, { MANAGER_INTERFACE, "" },
                { MANAGER_INTERFACE, NULL }, { NULL, "ListSessions" }, { "", "ListSessions" },
                { "org.computesession1", "ListSessions" }, { SESSION_INTERFACE, "ListSessions" },
                { MANAGER_INTERFACE, "Attach" }, { "org.freedesktop.DBus.Properties", "Set" } };

        for (size_t i = 0; i < ELEMENTSOF(unknown); i++) {
                ck_assert_int_eq(rule(unknown[i][0], unknown[i][1]), POLICY_DENY);
                ck_assert_ptr_null(action(unknown[i][0], unknown[i][1]));
        }
}

/* What looks is open to all; what changes somebody's session is not. */
TEST(rules_of_methods) {
        static const char *const of_path[] = { "Attach", "Resize", "Snapshot", "SetName", "Stop", "Kill" };
        static const char *const of_first[] = { "StopSession", "KillSession" };
        static const char *const of_anyone[] = { "ListSessions", "GetUsage", "GetSession", "StartTerminal",
                "StartNotebook", "RegisterSession" };

        for (size_t i = 0; i < ELEMENTSOF(of_path); i++)
                ck_assert_int_eq(rule(SESSION_INTERFACE, of_path[i]), POLICY_OWNER_OF_PATH);
        for (size_t i = 0; i < ELEMENTSOF(of_first); i++)
                ck_assert_int_eq(rule(MANAGER_INTERFACE, of_first[i]), POLICY_OWNER_OF_FIRST);
        for (size_t i = 0; i < ELEMENTSOF(of_anyone); i++)
                ck_assert_int_eq(rule(MANAGER_INTERFACE, of_anyone[i]), POLICY_ANYONE);
        ck_assert_int_eq(rule("org.freedesktop.DBus.Properties", "GetAll"), POLICY_ANYONE);
}

/* Who may end a session need not be let look into it. */
TEST(actions_of_methods) {
        static const char *const attach[] = { "Attach", "Resize", "Snapshot" };
        static const char *const manage[] = { "SetName", "Stop", "Kill" };

        for (size_t i = 0; i < ELEMENTSOF(attach); i++)
                ck_assert_str_eq(action(SESSION_INTERFACE, attach[i]), ATTACH_OTHERS);
        for (size_t i = 0; i < ELEMENTSOF(manage); i++)
                ck_assert_str_eq(action(SESSION_INTERFACE, manage[i]), MANAGE_OTHERS);
        ck_assert_str_eq(action(MANAGER_INTERFACE, "StopSession"), MANAGE_OTHERS);
        ck_assert_str_eq(action(MANAGER_INTERFACE, "KillSession"), MANAGE_OTHERS);
        ck_assert_ptr_null(action(MANAGER_INTERFACE, "StartTerminal"));
}

TEST(owners) {
        ck_assert(policy_is_owner(1000, 1000));
        ck_assert(policy_is_owner(0, 1000));
        ck_assert(policy_is_owner(0, 0));
        ck_assert(!policy_is_owner(1000, 1001));
        ck_assert(!policy_is_owner(1000, 0));
        ck_assert(!policy_is_owner((uid_t) -1, 1000));
}

TEST_MAIN(what_is_not_in_the_table_is_denied, rules_of_methods, actions_of_methods, owners);
