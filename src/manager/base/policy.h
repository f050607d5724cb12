/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who may call what: one table, and what is not in it is denied. Pure; asked by admission.c before anything
 * else looks at a call. */

#include <sys/types.h>

#include "shared/macros.h"

/* Actions of polkit that admit somebody else than the owner and root; dbus/org.computesession1.policy
 * describes them, and a lint holds the two against each other. */
#define MANAGE_OTHERS "org.computesession1.manage-others" /* end, signal, freeze, name */
#define ATTACH_OTHERS "org.computesession1.attach-others" /* see what is on it, type into it */
#define SET_LIMITS    "org.computesession1.set-limits"    /* give it more or less of the machine */

typedef enum PolicyRule {
        POLICY_DENY,
        POLICY_ANYONE,         /* any local user; the handler acts for the caller alone */
        POLICY_OWNER_OF_PATH,  /* the owner of the session that is the object, root, whom polkit admits */
        POLICY_OWNER_OF_FIRST, /* the same of the session whose id is the first argument */
        POLICY_OWNER_OF_ENDED, /* the same, of one that ended */
} PolicyRule;

/* A session that a call is about: one that lives, or one that ended. */
typedef struct Owned {
        const char *id; /* NULL: there is none */
        uid_t uid;
} Owned;

/* interface may be NULL, which is denied: a call must say what it means. Writes the action that polkit is
 * asked about if the caller is not the owner; NULL where there is none. */
PolicyRule policy_rule(const char *interface, const char *member, const char **ret_action);

/* May a caller with this uid do what needs the owner? */
bool policy_is_owner(uid_t caller, uid_t owner);
