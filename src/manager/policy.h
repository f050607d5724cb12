/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who may call what: one table, and what is not in it is denied. Pure; asked by admission.c before anything else
 * looks at a call. */

#include <sys/types.h>

#include "shared/macros.h"

typedef enum PolicyRule {
        POLICY_DENY,
        POLICY_ANYONE,         /* any local user; the handler acts for the caller alone */
        POLICY_OWNER_OF_PATH,  /* the owner of the session that is the object, and root */
        POLICY_OWNER_OF_FIRST, /* the owner of the session whose id is the first argument, and root */
} PolicyRule;

/* interface may be NULL, which is denied: a call must say what it means. */
PolicyRule policy_rule(const char *interface, const char *member);

/* May a caller with this uid do what needs the owner? */
bool policy_is_owner(uid_t caller, uid_t owner);
