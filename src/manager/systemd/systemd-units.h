/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What systemd knows of our units. Synchronous: for start-up only. */

#include <stddef.h>
#include <stdint.h>

#include "manager/base/types.h"

/* Opens the manager's CgroupTree, with the cgroup of systemd itself as its prefix. */
int systemd_find_cgroups(Manager *m);

/* Finds out what systemd can be asked for. */
int systemd_find_version(Manager *m);

/* The names of all units that look like ours: of those that are active, or on the way there or back; and of
 * those that have ended, but that systemd still has. */
int systemd_list_units(Manager *m, char ***ret_active, char ***ret_ended);

typedef struct ScopeDescription {
        char *description;
        char *slice;
        uint32_t *pids;
        size_t n_pids;
} ScopeDescription;

/* ret must be zero; it is the caller's also on failure. */
int systemd_describe_scope(Manager *m, const char *scope, ScopeDescription *ret);
void scope_description_done(ScopeDescription *d);
