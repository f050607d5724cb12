/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Without sessions the manager ends by itself, ExitIdleSec= after the last call; the bus starts it again
 * when somebody needs it. */

#include "manager/base/types.h"

int idle_start(Manager *m);

/* Somebody called, or the number of sessions changed: the time begins anew, or stands still while there are
 * sessions. */
void idle_touch(Manager *m);
