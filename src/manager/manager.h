/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The manager: how it starts, turns and ends. Its data are in manager/model/manager.h. */

#include <stdbool.h>

#include "manager/base/types.h"
#include "shared/macros.h"

/* Reads the configuration and makes the loop. -errno; logs. */
int manager_new(bool user_mode, Manager **ret);
Manager *manager_free(Manager *m);
DEFINE_CLEANUP(Manager *, manager_free);

/* Connects, opens the runtime directory, takes up the sessions that are there, and claims the bus name.
 * -errno, of which -ENOTRECOVERABLE says that the next attempt finds the same; logs. */
int manager_start(Manager *m);
/* Runs until told to end. Logs. */
int manager_run(Manager *m);
