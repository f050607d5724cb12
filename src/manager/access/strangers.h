/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Strangers: callers whose credentials the bus has not told yet. The bus is asked about each of them once,
 * and their calls are held until it answers. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/calls.h"

#define STRANGERS_MAX      1024 /* the bus lets one user have 256 connections */
#define STRANGER_CALLS_MAX 128  /* of one stranger; the bus lets a connection wait for so many answers */
/* Bytes of arguments of one stranger's calls, whose user cannot be charged yet. A call of any size is held
 * if it is the only one. */
#define STRANGER_BYTES_MAX (64U * 1024U)

/* Holds the call until its caller is known, and then has it dispatched again. -ENOBUFS: too many are
 * held. */
int strangers_hold(Manager *m, sd_bus_message *call, unsigned passed);

void strangers_done(Strangers *strangers);
