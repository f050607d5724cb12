/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The options (a{sv}) of calls: a table of what is known, read into a structure of the caller's. */

#include <stddef.h>
#include <systemd/sd-bus.h>

/* A table of these ends with {}. */
typedef struct CallOption {
        const char *name;
        const char *signature; /* of one basic type */
        size_t offset;         /* of the value in the structure, as sd_bus_message_read() writes it */
} CallOption;

/* Reads the a{sv} that comes next in the call into *ret. Strings stay the message's. On a negative return
 * error is set for what is unknown (ERROR_UNKNOWN_OPTION) or of the wrong type (ERROR_INVALID_ARGUMENT). */
int call_options_read(sd_bus_message *call, const CallOption *known, void *ret, sd_bus_error *error);
