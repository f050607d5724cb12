/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The methods of org.computesession1.Session that look at a terminal: Attach, Resize, Snapshot. The keeper
 * answers. */

#include <systemd/sd-bus.h>

int method_attach(sd_bus_message *call, void *userdata, sd_bus_error *error);
int method_resize(sd_bus_message *call, void *userdata, sd_bus_error *error);
int method_snapshot(sd_bus_message *call, void *userdata, sd_bus_error *error);
