/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may call what. */

#include "manager/base/policy.h"
#include "shared/names.h"

static const struct {
        const char *interface;
        const char *member;
        PolicyRule rule;
        const char *others; /* the action with which polkit admits those who are not the owner */
} table[] = {
        { MANAGER_INTERFACE, "ListSessions", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "ListEnded", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "GetUsage", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "GetActivity", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "GetIdleness", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "GetSession", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "GetSessionByPID", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "GetSessionByNotebook", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "StartTerminal", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "StartNotebook", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "RegisterSession", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "StopSession", POLICY_OWNER_OF_FIRST, MANAGE_OTHERS },
        { MANAGER_INTERFACE, "StopUnusedSessions", POLICY_ANYONE, NULL },
        { MANAGER_INTERFACE, "KillSession", POLICY_OWNER_OF_FIRST, MANAGE_OTHERS },
        { MANAGER_INTERFACE, "GetEndedOutputs", POLICY_OWNER_OF_ENDED, ATTACH_OTHERS },
        { MANAGER_INTERFACE, "PurgeEndedOutputs", POLICY_OWNER_OF_ENDED, MANAGE_OTHERS },

        { SESSION_INTERFACE, "Attach", POLICY_OWNER_OF_PATH, ATTACH_OTHERS },
        { SESSION_INTERFACE, "Resize", POLICY_OWNER_OF_PATH, ATTACH_OTHERS },
        { SESSION_INTERFACE, "Snapshot", POLICY_OWNER_OF_PATH, ATTACH_OTHERS },
        { SESSION_INTERFACE, "GetOutputs", POLICY_OWNER_OF_PATH, ATTACH_OTHERS },
        { SESSION_INTERFACE, "PurgeOutputs", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "Interrupt", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "Restart", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "SetNotebook", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "SetName", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "Freeze", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "Thaw", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "SetLimits", POLICY_OWNER_OF_PATH, SET_LIMITS },
        { SESSION_INTERFACE, "GetOutsideProcesses", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "Stop", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },
        { SESSION_INTERFACE, "Kill", POLICY_OWNER_OF_PATH, MANAGE_OTHERS },

        { "org.freedesktop.DBus.Properties", "Get", POLICY_ANYONE, NULL },
        { "org.freedesktop.DBus.Properties", "GetAll", POLICY_ANYONE, NULL },
        { "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", POLICY_ANYONE, NULL },
        { "org.freedesktop.DBus.Introspectable", "Introspect", POLICY_ANYONE, NULL },
        { "org.freedesktop.DBus.Peer", "Ping", POLICY_ANYONE, NULL },
        { "org.freedesktop.DBus.Peer", "GetMachineId", POLICY_ANYONE, NULL },
};

PolicyRule policy_rule(const char *interface, const char *member, const char **ret_action) {
        *ret_action = NULL;
        if (!interface || !member)
                return POLICY_DENY;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (streq(table[i].interface, interface) && streq(table[i].member, member)) {
                        *ret_action = table[i].others;
                        return table[i].rule;
                }
        return POLICY_DENY;
}

bool policy_is_owner(uid_t caller, uid_t owner) {
        return caller == 0 || caller == owner;
}
