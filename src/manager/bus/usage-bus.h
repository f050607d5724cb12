/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Properties of what a session uses and lacks that are read from the kernel when they are asked for;
 * handlers of sd-bus for session-bus.c. UINT64_MAX where the system has no such figure. */

#include <systemd/sd-bus.h>

/* MemorySwapCurrent (bytes), CPUPressure, IOPressure, MemoryPressureAvg10 (1/100 %) */
int usage_bus_get(sd_bus *bus, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error);

/* MemoryPressure, OOMKills and what is known of the last of them */
int usage_bus_get_want(sd_bus *bus, const char *path, const char *interface, const char *property,
        sd_bus_message *reply, void *userdata, sd_bus_error *error);
