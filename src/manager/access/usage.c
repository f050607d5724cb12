/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Samples of what sessions use.
 *
 *   client calls GetUsage --> admission.c: samples too old? --> usage_want(): read the cgroups
 *
 * For almost all sessions that is it.
 *
 * A scope without such files is asked about:
 *
 *   usage_want(): queue the sessions, get a ticket --> usage_park(): hold the call
 *   systemd answers -------> one session's last counter is in: one more sample done
 *                            tickets up to "done" are due: their calls are dispatched again, now with
 *                            fresh samples
 *
 * A call that comes while samples are on their way gets the newest ticket and shares them. */

#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

#include "manager/access/admission.h"
#include "manager/access/charges.h"
#include "manager/access/usage.h"
#include "manager/base/cgroup.h"
#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "shared/log.h"

/* Properties of org.freedesktop.systemd1.Scope; see org.freedesktop.systemd1(5). */
static const char *const counter_property[USAGE_COUNTER_MAX] = {
        [USAGE_MEMORY] = "MemoryCurrent",
        [USAGE_CPU] = "CPUUsageNSec",
        [USAGE_TASKS] = "TasksCurrent",
        [USAGE_IO_READ] = "IOReadBytes",
        [USAGE_IO_WRITE] = "IOWriteBytes",
};

/* A query for one property. The session may be gone when the reply comes, so the query has its number. */
typedef struct UsageQuery {
        Manager *manager;
        uint64_t number;
        UsageCounter counter;
} UsageQuery;

UsageCounter usage_counter_from_string(const char *property) {
        for (UsageCounter c = 0; c < USAGE_COUNTER_MAX; c++)
                if (streq(counter_property[c], property))
                        return c;
        return USAGE_COUNTER_INVALID;
}

void usage_init(Usage *u) {
        *u = (Usage){};
        for (UsageCounter c = 0; c < USAGE_COUNTER_MAX; c++)
                u->counters[c] = USAGE_UNKNOWN;
}

void usage_reader_init(UsageReader *reader) {
        struct statfs fs;

        *reader = (UsageReader){ .has_io = statfs("/sys/fs/cgroup", &fs) >= 0 &&
                        fs.f_type == CGROUP2_SUPER_MAGIC };
}

void usage_reader_done(UsageReader *reader) {
        for (size_t i = 0; i < reader->n_parked; i++) {
                charge_release(&reader->parked[i].charge);
                sd_bus_message_unref(reader->parked[i].call);
        }
        free(reader->parked);
        free(reader->queue);
        *reader = (UsageReader){};
}

/* Returns the counter that is asked for last: when it is in, the sample is complete. */
static UsageCounter last_counter(const UsageReader *reader) {
        return reader->has_io ? USAGE_IO_WRITE : USAGE_TASKS;
}

static bool usage_is_fresh(const Usage *u, usec_t now) {
        return u->realtime > 0 && now - u->monotonic <= USAGE_FRESH_USEC;
}

static void release_parked(Manager *m) {
        UsageReader *reader = &m->usage;
        size_t n = 0;

        while (n < reader->n_parked && reader->parked[n].ticket <= reader->done) {
                struct UsageParked *parked = &reader->parked[n];

                charge_release(&parked->charge);
                admission_dispatch_again(
                        m, parked->call, ADMISSION_TURN | ADMISSION_AUTHORIZED | ADMISSION_SAMPLED);
                sd_bus_message_unref(parked->call);
                n++;
        }
        if (n == 0)
                return;
        reader->n_parked -= n;
        memmove(reader->parked, reader->parked + n, reader->n_parked * sizeof(reader->parked[0]));
}

static void send_queries(Manager *m);

static int on_counter(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        UsageQuery *query = userdata;
        Manager *m = query->manager;
        uint64_t value = USAGE_UNKNOWN;
        Session *s;

        /* An error means that the unit is gone or never had the counter: unknown, not 0. */
        if (!sd_bus_message_is_method_error(reply, NULL))
                (void) sd_bus_message_read(reply, "v", "t", &value);

        s = session_table_get(&m->sessions, query->number);
        if (s) {
                s->usage.counters[query->counter] = value;
                s->usage.pending--;
        }
        m->usage.in_flight--;
        if (query->counter == last_counter(&m->usage))
                m->usage.done++;
        release_parked(m);
        send_queries(m);
        return 0;
}

static void free_query(void *query) {
        free(query);
}

static int send_query(Manager *m, Session *s, UsageCounter counter) {
        _cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
        UsageQuery *query;
        int r;

        query = malloc(sizeof(UsageQuery));
        if (!query)
                return -ENOMEM;
        *query = (UsageQuery){ .manager = m, .number = s->number, .counter = counter };
        r = sd_bus_call_method_async(m->bus, &slot, SYSTEMD_NAME, s->scope.path,
                "org.freedesktop.DBus.Properties", "Get", on_counter, query, "ss", SYSTEMD_SCOPE,
                counter_property[counter]);
        if (r < 0) {
                free(query);
                return r;
        }
        (void) sd_bus_slot_set_destroy_callback(slot, free_query);
        (void) sd_bus_slot_set_floating(slot, 1);
        s->usage.pending++;
        m->usage.in_flight++;
        return 0;
}

/* Sends the queries of as many queued sessions as may be in flight. */
static void send_queries(Manager *m) {
        UsageReader *reader = &m->usage;
        size_t n = 0;

        for (; n < reader->n_queue && reader->in_flight < USAGE_IN_FLIGHT; n++) {
                Session *s = session_table_get(&m->sessions, reader->queue[n]);
                int r = 0;

                if (s) {
                        s->usage.pending--;
                        s->usage.realtime = now_usec(CLOCK_REALTIME);
                        s->usage.monotonic = now_usec(CLOCK_MONOTONIC);
                        for (UsageCounter c = 0; c <= last_counter(reader) && r >= 0; c++)
                                r = send_query(m, s, c);
                }
                /* No reply will complete the sample, so it is complete now, with the old counters. */
                if (!s || r < 0)
                        reader->done++;
        }
        reader->n_queue -= n;
        memmove(reader->queue, reader->queue + n, reader->n_queue * sizeof(reader->queue[0]));
}

static int enqueue(UsageReader *reader, Session *s) {
        uint64_t *grown;

        grown = reallocarray(reader->queue, reader->n_queue + 1, sizeof(uint64_t));
        if (!grown)
                return -ENOMEM;
        reader->queue = grown;
        reader->queue[reader->n_queue++] = s->number;
        reader->issued++;
        s->usage.pending++; /* keeps the sample open until its queries are sent */
        return 0;
}

static bool read_files(Manager *m, Session *s, usec_t now) {
        if (cgroup_read(&m->cgroups, s->slice, s->scope.unit, s->usage.counters) < 0)
                return false;
        s->usage.realtime = now_usec(CLOCK_REALTIME);
        s->usage.monotonic = now;
        return true;
}

int64_t usage_want(Manager *m, Session *s) {
        UsageReader *reader = &m->usage;
        usec_t now = now_usec(CLOCK_MONOTONIC);
        size_t first = s ? session_table_position(&m->sessions, s->number) : 0;
        size_t n = s ? first + 1 : m->sessions.n;
        bool waiting = false;
        int r;

        for (size_t i = first; i < n; i++) {
                Session *one = m->sessions.items[i];

                if (one->usage.pending > 0) {
                        waiting = true;
                        continue;
                }
                if (!one->announced || usage_is_fresh(&one->usage, now))
                        continue;
                if (read_files(m, one, now))
                        continue;
                r = enqueue(reader, one);
                if (r < 0)
                        return r;
                waiting = true;
        }
        if (!waiting)
                return 0;
        send_queries(m);
        return (int64_t) reader->issued;
}

int usage_park(Manager *m, int64_t ticket, sd_bus_message *call, uid_t uid) {
        UsageReader *reader = &m->usage;
        struct UsageParked *grown;
        Charge charge = {};
        int r;

        if (reader->n_parked >= USAGE_PARKED_MAX)
                return -ENOBUFS;
        grown = reallocarray(reader->parked, reader->n_parked + 1, sizeof(reader->parked[0]));
        if (!grown)
                return -ENOMEM;
        reader->parked = grown;
        r = charge_take(&charge, &m->charges, uid, CHARGE_SAMPLES, m->admission.size);
        if (r < 0)
                return r;
        reader->parked[reader->n_parked++] = (struct UsageParked){
                .ticket = (uint64_t) ticket,
                .call = sd_bus_message_ref(call),
                .charge = charge,
        };
        release_parked(m);
        return 0;
}
