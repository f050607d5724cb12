/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading a caller's array of strings, of which there could be millions in one message. */

#include <stddef.h>
#include <systemd/sd-bus.h>

/* As sd_bus_message_read_strv(), whose time grows with the square of their number, but gives up with -E2BIG
 * as soon as there are more than max. The vector is the caller's; NULL if the array is empty. */
int message_read_strings(sd_bus_message *message, size_t max, char ***ret);
