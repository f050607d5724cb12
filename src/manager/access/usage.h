/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Samples of what sessions use. Each session is looked at only when somebody asks, and at most once a
 * second, however many clients ask. Samples are read from the files of the scope's cgroup; where there are
 * none (a user's systemd on cgroup v1, a scope that is gone), systemd is asked over D-Bus, pipelined. Both
 * tell the same: see cgroup.h. */

#include <systemd/sd-bus.h>

#include "manager/access/charges.h"
#include "manager/base/cgroup.h"
#include "manager/base/types.h"
#include "manager/model/samples.h"
#include "shared/macros.h"
#include "shared/time-span.h"

#define USAGE_FRESH_USEC USEC_PER_SEC /* a sample of this age is good enough */
#define USAGE_IN_FLIGHT  48 /* calls; the system bus allows 128 unanswered ones for one connection */
#define USAGE_PARKED_MAX \
        4096 /* calls of clients that wait for samples; charges.c says how many of one user */

/* Returns the counter behind a property of the session interface, or -EINVAL. */
UsageCounter usage_counter_from_string(const char *property);

void usage_init(Usage *u);

/* Finds out which counters this system has. */
void usage_reader_init(UsageReader *reader);
void usage_reader_done(UsageReader *reader);

/* Asks for fresh samples of one session, or of all if s is NULL. Returns a ticket; 0: everything is fresh.
 * -ENOMEM. */
int64_t usage_want(Manager *m, Session *s);

/* Holds a call of this user until the samples of the ticket are there, and then has it dispatched again.
 * -ENOBUFS: USAGE_PARKED_MAX calls wait already. -EDQUOT: too many of them are the user's. */
int usage_park(Manager *m, int64_t ticket, sd_bus_message *call, uid_t uid);
