/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session's scope says of its memory while it is there, and what follows from that for the reason of
 * its end. */

#include "manager/base/types.h"
#include "shared/session-types.h"

/* Notes what its scope's cgroup says of memory, while it is there: systemd takes it away as soon as it finds
 * it empty, and may be first. */
void session_read_memory(Session *s);

/* The same once the leader has ended, as often as there is a chance: what was read while it lived does not
 * count any more, so a peak that cannot be read is unknown. */
void session_read_last_memory(Session *s);

/* Why it ends, if its leader's end is the reason: what the leader's parent says, and what the kernel
 * counted. */
SessionResult session_leader_result(const Session *s);
