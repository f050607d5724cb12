/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may call what. */

#include "manager/policy.h"
#include "shared/names.h"

static const struct {
        const char *interface;
        const char *member;
        PolicyRule rule;
} table[] = {
        { MANAGER_INTERFACE, "ListSessions", POLICY_ANYONE },
        { MANAGER_INTERFACE, "GetUsage", POLICY_ANYONE },
        { MANAGER_INTERFACE, "GetActivity", POLICY_ANYONE },
        { MANAGER_INTERFACE, "GetSession", POLICY_ANYONE },
        { MANAGER_INTERFACE, "GetSessionByPID", POLICY_ANYONE },
        { MANAGER_INTERFACE, "GetSessionByNotebook", POLICY_ANYONE },
        { MANAGER_INTERFACE, "StartTerminal", POLICY_ANYONE },
        { MANAGER_INTERFACE, "StartNotebook", POLICY_ANYONE },
        { MANAGER_INTERFACE, "RegisterSession", POLICY_ANYONE },
        { MANAGER_INTERFACE, "StopSession", POLICY_OWNER_OF_FIRST },
        { MANAGER_INTERFACE, "KillSession", POLICY_OWNER_OF_FIRST },

        { SESSION_INTERFACE, "Attach", POLICY_OWNER_OF_PATH },
        { SESSION_INTERFACE, "Resize", POLICY_OWNER_OF_PATH },
        { SESSION_INTERFACE, "Snapshot", POLICY_OWNER_OF_PATH },
        { SESSION_INTERFACE, "SetName", POLICY_OWNER_OF_PATH },
        { SESSION_INTERFACE, "Stop", POLICY_OWNER_OF_PATH },
        { SESSION_INTERFACE, "Kill", POLICY_OWNER_OF_PATH },

        { "org.freedesktop.DBus.Properties", "Get", POLICY_ANYONE },
        { "org.freedesktop.DBus.Properties", "GetAll", POLICY_ANYONE },
        { "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", POLICY_ANYONE },
        { "org.freedesktop.DBus.Introspectable", "Introspect", POLICY_ANYONE },
        { "org.freedesktop.DBus.Peer", "Ping", POLICY_ANYONE },
        { "org.freedesktop.DBus.Peer", "GetMachineId", POLICY_ANYONE },
};

PolicyRule policy_rule(const char *interface, const char *member) {
        if (!interface || !member)
                return POLICY_DENY;
        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (streq(table[i].interface, interface) && streq(table[i].member, member))
                        return table[i].rule;
        return POLICY_DENY;
}

bool policy_is_owner(uid_t caller, uid_t owner) {
        return caller == 0 || caller == owner;
}
