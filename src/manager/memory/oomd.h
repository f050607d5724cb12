/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What systemd-oomd(8) says: that it killed everything in a cgroup, as the machine or a slice was short of
 * memory. systemd itself takes no note of that in scopes with OOMPolicy=continue. */

#include "manager/base/types.h"

/* Listens, if there is an oomd; it says something only when it kills. -errno. */
int oomd_start(Manager *m);

/* The session's leader was killed: by oomd? Looks at what is left of its cgroup. */
void oomd_look(Session *s);
