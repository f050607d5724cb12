/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Has systemd end and restart the manager should it hang, at no cost while it idles.
 *
 * WatchdogSec= would wake the manager every few seconds for as long as it lives. So the unit has none:
 * systemd is told to watch (WATCHDOG_USEC= of sd_notify(3)) when somebody calls or a keeper speaks, and to
 * stop watching when nothing happened for a while. A manager that hangs while nothing happens hangs at the
 * next call, which it then is watched in. */

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "shared/time-span.h"

#define WATCHDOG_USEC      (20 * USEC_PER_SEC) /* without a sign of life, until systemd ends the manager */
#define WATCHDOG_PING_USEC USEC_PER_SEC        /* between signs of life, while there is activity */

typedef struct Watchdog {
        sd_event_source *timer; /* enabled: watched */
        bool active;            /* something happened since the last sign of life */
} Watchdog;

int watchdog_init(Watchdog *w, sd_event *event);
void watchdog_done(Watchdog *w);

/* Something is about to be done that might hang. */
void watchdog_touch(Watchdog *w);
