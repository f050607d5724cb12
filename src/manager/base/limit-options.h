/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Limits in messages, as callers give them to us and we to systemd; and which of them a new session gets. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "shared/limit.h"
#include "shared/session-types.h"

/* The entry of an a{sv} that m stands at, if it is a limit: its property (t), or its part of the machine's
 * (u), which is resolved. Returns 1; 0 if it is no limit, and nothing was read. On a negative return error
 * is set: what may be given, with an example. */
int limits_read_entry(sd_bus_message *m, const char *name, Limits *limits, sd_bus_error *error);
/* The a{sv} that comes next, which must have limits, and nothing else. Error as above. */
int limits_read(sd_bus_message *m, Limits *ret, sd_bus_error *error);

/* Appends those that are given as entries (sv) of systemd's properties. */
int limits_append(sd_bus_message *m, const Limits *limits);

/* "MemoryMax, MemoryHigh, …": the options that limits are. */
#define LIMITS_LIST_SIZE 160
const char *limits_list(char ret[LIMITS_LIST_SIZE]);

/* Refuses limits that this system cannot enforce. On a negative return error is set. */
int limits_check_supported(const Manager *m, const Limits *limits, sd_bus_error *error);

/* Notes which limits this system can enforce, and logs which of them are configured for nothing. For
 * start-up, once the cgroups are known. */
void limits_find_supported(Manager *m);

/* What a new session gets: what is configured for its type, over that what is for its user, over that what
 * was asked. Of what is configured only what this system can enforce. */
void limits_choose(const Manager *m, SessionType type, uid_t uid, const Limits *asked, Limits *ret);
