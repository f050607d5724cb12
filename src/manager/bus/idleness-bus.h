/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the bus says of idle sessions: the properties IdleSince, IdleReason and LastActivityTimestamp of
 * the session interface, GetIdleness and StopUnusedSessions of the manager's. */

#include <systemd/sd-bus.h>

#include "manager/model/session.h"

int idleness_bus_get(sd_bus *bus, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error);

/* (sutts): id, clients, IdleSince, LastActivityTimestamp, IdleReason. */
int idleness_bus_append(sd_bus_message *reply, Session *s);

int idleness_bus_stop_unused(sd_bus_message *call, void *userdata, sd_bus_error *error);
