/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Has the kernel act on a memory limit that is below what a session uses already. */

#include "manager/base/types.h"

typedef struct Reclaim Reclaim;

/* Has memory above MemoryHigh= and MemoryMax= of the session's scope taken back, and processes killed where
 * MemoryMax= cannot be kept otherwise, as far as the kernel did not do that when the limits were set. Waits
 * for nothing. Does nothing on cgroup v1, where such limits are refused. */
void session_reclaim(Session *s);

/* Forgets what session_reclaim() began; it goes on. Returns NULL. */
Reclaim *reclaim_unref(Reclaim *r);
