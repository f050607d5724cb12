/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The payload's first process, by its pidfd: our child, or the child of an earlier keeper that was
 * killed. */

#include "shared/macros.h"

/* How it ended: *ret_code is CLD_EXITED, CLD_KILLED, CLD_DUMPED, or 0 if nobody can tell; the process is not
 * reaped by this. 0; -EAGAIN: it lives; -ENODATA: ask again in a moment, somebody else has yet to reap
 * it. */
int leader_exit(int pidfd, int *ret_code, int *ret_status);

/* Forgets our child that ended; does nothing for any other process. */
void leader_reap(int pidfd);

/* SIGKILL, and waits a moment for it to take effect. */
void leader_kill(int pidfd);
