/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes of a session's scope that the kernel reports, on cgroup v2: frozen or thawed (freezer.h), short of
 * memory (memory-events.h). Each is a watch of one file, all on one inotify descriptor: nobody is woken
 * while nothing happens. */

#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/model/scope.h"

/* Begins to watch the session's scope, which is there, or another one of that name. Does nothing on cgroup
 * v1. Logs failures. */
void scope_events_start(Session *s);
void scope_events_stop(Session *s);
