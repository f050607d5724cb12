/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the kernel says of a session's scope by itself, on cgroup v2: that it was frozen or thawed
 * (freezer.h), that it wants memory (memory-events.h). One watch of a file for each, all on one inotify
 * descriptor: nothing is woken while nothing happens. */

#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/model/scope.h"

/* Its scope is there: begins, or begins anew with another scope of that name. Does nothing on cgroup v1;
 * logs. */
void scope_events_start(Session *s);
void scope_events_stop(Session *s);
