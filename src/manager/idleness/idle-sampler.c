/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looks at sessions that nobody asks about. */

#include "manager/idleness/idle-sampler.h"
#include "manager/access/usage.h"
#include "manager/idleness/cpu-watch.h"
#include "manager/idleness/idle-record.h"
#include "manager/idleness/idleness.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "shared/log.h"

/* So long the timer may be late, to go off with others. */
#define ACCURACY_USEC (5 * USEC_PER_SEC)

static void set_timer(Manager *m) {
        usec_t now = now_usec(CLOCK_MONOTONIC), realtime = now_usec(CLOCK_REALTIME), next = USEC_INFINITY;

        SESSION_FOREACH(s, &m->sessions)
                next = MIN(next, cpu_watch_due(&s->cpu_watch, now, realtime));
        if (next == USEC_INFINITY) {
                (void) sd_event_source_set_enabled(m->idle_sampler, SD_EVENT_OFF);
                return;
        }
        (void) sd_event_source_set_time(m->idle_sampler, next);
        (void) sd_event_source_set_enabled(m->idle_sampler, SD_EVENT_ONESHOT);
}

/* Where systemd has to be asked, the answer comes later, and counts from the next look on. */
static int on_sample(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Manager *m = userdata;
        usec_t now = now_usec(CLOCK_MONOTONIC), realtime = now_usec(CLOCK_REALTIME);
        int r;

        SESSION_FOREACH(s, &m->sessions) {
                if (cpu_watch_due(&s->cpu_watch, now, realtime) > now + ACCURACY_USEC)
                        continue;
                idleness_observe(s);
                (void) usage_want(m, s);
                idleness_observe(s);
                s->cpu_watch.looked = now;
        }
        r = idle_record_save(m);
        if (r < 0)
                log_debug_errno(r, "Cannot note since when sessions are idle: %m");
        set_timer(m);
        return 0;
}

int idle_sampler_start(Manager *m) {
        int r;

        r = idle_record_load(m);
        if (r < 0)
                log_warning_errno(
                        r, "Cannot read since when sessions are idle, judging by all that they used: %m");
        r = sd_event_add_time(
                m->event, &m->idle_sampler, CLOCK_MONOTONIC, USEC_INFINITY, ACCURACY_USEC, on_sample, m);
        if (r < 0)
                return r;
        set_timer(m);
        return 0;
}

void idle_sampler_touch(Manager *m) {
        if (m->idle_sampler)
                set_timer(m);
}
