/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Looks at what sessions use when nobody asks, so that it is known since when they are idle: each once a
 * minute while it does something, then less and less often, at last every 15 minutes; all that are due
 * in one go. One look is a read of one file. What was found out is kept (idle-record.h), so a manager
 * that is killed forgets nothing. */

#include "manager/base/types.h"

/* Takes up what an earlier manager knew. 0, or -errno. */
int idle_sampler_start(Manager *m);

/* Sessions came or went. */
void idle_sampler_touch(Manager *m);
