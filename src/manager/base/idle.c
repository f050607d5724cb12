/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ends the manager when it is of no use.
 *
 * The name goes first, so that a call that comes from then on starts a new manager. What came before is
 * still answered, and may make us stay. */

#include "manager/base/idle.h"
#include "manager/model/manager.h"
#include "shared/log.h"
#include "shared/names.h"

/* There are sessions, users to be released, or calls that wait for an answer. */
static bool is_needed(const Manager *m) {
        return m->sessions.n > 0 || m->kept_users.n > 0 || m->strangers.n > 0 || m->turns.n > 0 ||
                m->authorizations.n > 0 || m->usage.n_parked > 0 || m->systemd_calls.n_sent > 0 ||
                m->systemd_calls.n_waiting > 0;
}

static int on_name_released(sd_bus_message *reply _unused_, void *userdata, sd_bus_error *error _unused_) {
        Manager *m = userdata;
        int r;

        if (!is_needed(m))
                return sd_event_exit(m->event, 0);
        idle_touch(m);
        r = sd_bus_request_name_async(m->bus, NULL, BUS_NAME, 0, NULL, NULL);
        return r < 0 ? sd_event_exit(m->event, r) : 0;
}

static int on_idle(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Manager *m = userdata;
        int r;

        if (is_needed(m)) {
                idle_touch(m);
                return 0;
        }
        log_debug("There are no sessions and nobody calls: ending.");
        r = sd_bus_release_name_async(m->bus, NULL, BUS_NAME, on_name_released, m);
        return r < 0 ? sd_event_exit(m->event, r) : 0;
}

int idle_start(Manager *m) {
        int r;

        r = sd_event_add_time_relative(m->event, &m->idle, CLOCK_MONOTONIC, 0, USEC_PER_SEC, on_idle, m);
        if (r < 0)
                return r;
        idle_touch(m);
        return 0;
}

void idle_touch(Manager *m) {
        if (m->sessions.n > 0 || m->config.exit_idle == USEC_INFINITY) {
                (void) sd_event_source_set_enabled(m->idle, SD_EVENT_OFF);
                return;
        }
        (void) sd_event_source_set_time_relative(m->idle, m->config.exit_idle);
        (void) sd_event_source_set_enabled(m->idle, SD_EVENT_ONESHOT);
}
