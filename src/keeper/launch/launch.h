/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From what was asked for to what is executed: everything that can be found out, and can go wrong, before a
 * process is forked. Nothing is started and, but for Jupyter's runtime directory, nothing is made. */

#include "keeper/launch/connection-file.h"
#include "keeper/launch/kernelspec.h"
#include "keeper/launch/start-request.h"
#include "keeper/store/keeper-state.h"

typedef struct Launch {
        char *path;       /* of the program */
        char **arguments; /* argv; a login shell's first one starts with "-" */
        char **environment;
        Transport transport; /* of the connection file that state names */
        InterruptMode interrupt_mode;
} Launch;

/* inherited: the keeper's own environment. Fills in state what the manager is to know: arguments, directory,
 * size, notebook, kernel, connection file (unless it has one already); id, type and phase are the caller's.
 * Returns as failure.h says; on failure state may be half filled. */
int launch_prepare(const StartRequest *request, char *const *inherited, KeeperState *state, Launch *ret,
        Failure *failure);

void launch_done(Launch *l);

#define _cleanup_launch_ _cleanup_(launch_done)
