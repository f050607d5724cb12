/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Handles systemd's going and coming back: daemon-reexec, daemon-reload. */

#include "manager/base/types.h"

/* Begins to watch for it, which costs nothing while it does not happen. -errno. */
int systemd_return_watch(Manager *m);
