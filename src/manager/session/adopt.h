/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes a session of a scope of ours that has no record: its record was lost, its processes were not. */

#include "manager/base/types.h"
#include "shared/macros.h"

/* Finds out from systemd whose it is, what it is called, and which process leads it (the one that was there
 * first), and adds it to the table as running, announced, with its record saved. Synchronous: for start-up
 * only. -ESRCH if there is no process left in it, -EBADMSG if the scope is not as we make them. */
int session_adopt(Manager *m, const char *scope, bool kept, Session **ret);
