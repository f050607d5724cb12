/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes a session of a scope of ours that has no record: its record was lost, its processes were not. */

#include "manager/base/types.h"
#include "shared/macros.h"

/* Asks systemd for the scope's user and description, takes the process that started first as leader, and
 * adds the session to the table as running, announced, with its record saved. Synchronous: for start-up
 * only. -ESRCH: no process is left in the scope. -EBADMSG: the scope is not as we make them. */
int session_adopt(Manager *m, const char *scope, bool kept, Session **ret);
