/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The methods of org.computesession1.Session that are for notebooks. */

#include <systemd/sd-bus.h>

int method_interrupt(sd_bus_message *call, void *userdata, sd_bus_error *error);
int method_restart(sd_bus_message *call, void *userdata, sd_bus_error *error);
int method_set_notebook(sd_bus_message *call, void *userdata, sd_bus_error *error);
int method_get_outputs(sd_bus_message *call, void *userdata, sd_bus_error *error);
int method_purge_outputs(sd_bus_message *call, void *userdata, sd_bus_error *error);
