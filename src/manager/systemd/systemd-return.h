/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* systemd goes and comes back: daemon-reexec, daemon-reload. */

#include "manager/base/types.h"

/* Watches for it from here on. It costs nothing while it does not happen. -errno. */
int systemd_return_watch(Manager *m);
