/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which terminals are shown in which: session X is attached from within session Y for as long as a client of
 * X's keeper is a process of Y. A terminal that is shown in itself, also by way of others, repaints for
 * ever, so nobody is let make it so. Keepers know who is attached, and tell it with the number of their
 * clients. */

#include <stdint.h>
#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/scope.h"
#include "shared/keeper-protocol.h"
#include "shared/macros.h"

typedef struct SessionTable SessionTable;

/* Notes another one. Those that are too many are left out: no keeper has so many clients. 0 is none. */
void nesting_add(Nesting *nesting, uint64_t number);

/* Would a session that is shown in within be shown in itself? Looks at what is shown, and at what keepers
 * were asked to show. -ENOMEM. */
int nesting_is_circular(const SessionTable *table, const Session *shown, const Session *within);

/* The announced session that the process is in, by its cgroup; NULL: in none that is known here. */
Session *nesting_find(Manager *m, pid_t pid);
