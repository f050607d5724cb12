/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks systemd about our units. Synchronous: for start-up only. */

#include <stddef.h>
#include <stdint.h>

#include "manager/base/types.h"

/* Opens the manager's CgroupTree, with the cgroup of systemd itself as its prefix. */
int systemd_find_cgroups(Manager *m);

/* Finds out systemd's version, and so what it can do. */
int systemd_find_version(Manager *m);

/* Lists the names of all units that look like ours: those that are active, or on the way there or back; and
 * those that have ended, but that systemd still has. */
int systemd_list_units(Manager *m, char ***ret_active, char ***ret_ended);

typedef struct ScopeDescription {
        char *description;
        char *slice;
        uint32_t *pids;
        size_t n_pids;
} ScopeDescription;

/* Reads the properties of a scope. ret must be zero; the caller frees its contents, also on failure. */
int systemd_describe_scope(Manager *m, const char *scope, ScopeDescription *ret);
void scope_description_done(ScopeDescription *d);
