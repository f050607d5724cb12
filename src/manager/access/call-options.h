/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads the options (a{sv}) of calls, by a table of the known ones, into a structure of the caller's. */

#include <stddef.h>
#include <systemd/sd-bus.h>

/* One known option. A table of these ends with {}. */
typedef struct CallOption {
        const char *name;
        const char *signature; /* one basic type */
        size_t offset;         /* where sd_bus_message_read() writes the value in the structure */
} CallOption;

/* Reads the a{sv} that comes next in the call into *ret. Strings stay the message's. On a negative return,
 * error is set if an option is unknown (ERROR_UNKNOWN_OPTION) or has the wrong type
 * (ERROR_INVALID_ARGUMENT). */
int call_options_read(sd_bus_message *call, const CallOption *known, void *ret, sd_bus_error *error);
