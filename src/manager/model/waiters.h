/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Method calls whose answer waits for something to happen. Each is answered exactly once. */

#include <stddef.h>
#include <systemd/sd-bus.h>

#include "manager/access/charges.h"

#define WAITERS_MAX 64

typedef struct Waiter {
        sd_bus_message *call;
        Charge charge; /* for holding it */
} Waiter;

typedef struct Waiters {
        Waiter *items;
        size_t n;
} Waiters;

/* Takes a reference, and on success the charge. -ENOBUFS when WAITERS_MAX wait already, -ENOMEM. */
int waiters_add(Waiters *w, sd_bus_message *call, Charge *charge);

/* Takes the oldest call out; the reference is the caller's. NULL if there is none. */
sd_bus_message *waiters_take(Waiters *w);
/* The same, and its charge is the caller's, too. */
sd_bus_message *waiters_take_charged(Waiters *w, Charge *ret_charge);

/* Answers all with this error. */
void waiters_fail(Waiters *w, const char *name, const char *message);

/* Answers all that are left with "we lost it", and frees. */
void waiters_done(Waiters *w);
