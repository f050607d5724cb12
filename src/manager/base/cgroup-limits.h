/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The limits of a unit as the kernel has them: whoever set them, and whatever systemd thinks of it. */

#include "manager/base/cgroup.h"
#include "shared/limit.h"

/* Which limits this system can enforce, 1 << LimitKind, for units of the systemd that the tree is of. Where
 * that cannot be found out, all. */
uint64_t cgroup_find_limits(const CgroupTree *tree);

/* Reads those that there are; others are not given. */
void cgroup_read_limits(const CgroupTree *tree, const char *slice, const char *unit, Limits *ret);

/* Is what the kernel has what it makes of this value? It counts memory in pages and CPU time in periods, and
 * has a weight where none is set. */
bool cgroup_limit_is_same(LimitKind kind, uint64_t value, uint64_t kernel);
