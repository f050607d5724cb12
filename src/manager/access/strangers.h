/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Callers that are not known yet: the bus is asked about each of them once, and their calls are held until
 * it says. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/calls.h"

#define STRANGERS_MAX      1024 /* the bus lets one user have 256 connections */
#define STRANGER_CALLS_MAX 128  /* of one; the bus lets it wait for so many answers */
/* Arguments of one's calls; a call of any size is held if it is the only one. Whose they are nobody knows
 * yet. */
#define STRANGER_BYTES_MAX (64U * 1024U)

/* Holds the call until its caller is known, and then has it dispatched again. -ENOBUFS: there are too
 * many. */
int strangers_hold(Manager *m, sd_bus_message *call, unsigned passed);

void strangers_done(Strangers *strangers);
