/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The limits in the interface org.computesession1.Session; userdata is the session. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"

/* Of any property that has a limit's name. */
int get_limit(sd_bus *bus, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error);

int method_set_limits(sd_bus_message *call, void *userdata, sd_bus_error *error);

/* Tells which limits are new, if any. */
void limits_bus_tell(Session *s, const char *path);
