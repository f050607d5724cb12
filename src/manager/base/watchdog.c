/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Signs of life, for as long as there is something to do. */

#include <inttypes.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "manager/base/watchdog.h"
#include "shared/macros.h"

static void notify(const char *state) {
        (void) sd_notify(/* unset_environment = */ false, state);
}

static int on_ping(sd_event_source *source, uint64_t usec _unused_, void *userdata) {
        Watchdog *w = userdata;

        if (!w->active) {
                notify("WATCHDOG_USEC=0");
                return 0;
        }
        w->active = false;
        notify("WATCHDOG=1");
        (void) sd_event_source_set_time_relative(source, WATCHDOG_PING_USEC);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int watchdog_init(Watchdog *w, sd_event *event) {
        int r;

        *w = (Watchdog){};
        r = sd_event_add_time_relative(event, &w->timer, CLOCK_MONOTONIC, 0, 0, on_ping, w);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(w->timer, SD_EVENT_OFF);
}

void watchdog_done(Watchdog *w) {
        w->timer = sd_event_source_disable_unref(w->timer);
}

void watchdog_touch(Watchdog *w) {
        char state[64];
        int enabled = SD_EVENT_OFF;

        w->active = true;
        if (!w->timer || sd_event_source_get_enabled(w->timer, &enabled) != 0)
                return;
        snprintf(state, sizeof(state), "WATCHDOG_USEC=%" PRIu64 "\nWATCHDOG=1", WATCHDOG_USEC);
        notify(state);
        (void) sd_event_source_set_time_relative(w->timer, WATCHDOG_PING_USEC);
        (void) sd_event_source_set_enabled(w->timer, SD_EVENT_ONESHOT);
}
