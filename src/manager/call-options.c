/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the options of calls. */

#include <stdint.h>

#include "manager/call-options.h"
#include "shared/macros.h"
#include "shared/names.h"
#include "shared/text.h"

static int read_option(sd_bus_message *call, const CallOption *known, void *ret, sd_bus_error *error) {
        _cleanup_free_ char *shown = NULL;
        const char *name, *contents;
        int r;

        r = sd_bus_message_read(call, "s", &name);
        if (r < 0)
                return r;
        r = sd_bus_message_peek_type(call, NULL, &contents);
        if (r < 0)
                return r;
        while (known->name && !streq(known->name, name))
                known++;
        if (!known->name) {
                shown = text_sanitize(name, SESSION_NAME_MAX);
                return sd_bus_error_setf(error, ERROR_UNKNOWN_OPTION,
                        "Unknown option '%s'; see 'busctl introspect' and the interface's documentation.",
                        strempty(shown));
        }
        if (!streq(contents, known->signature))
                return sd_bus_error_setf(error, ERROR_INVALID_ARGUMENT,
                        "Option '%s' must have the type '%s', not '%s'.", name, known->signature, contents);
        return sd_bus_message_read(call, "v", contents, (uint8_t *) ret + known->offset);
}

int call_options_read(sd_bus_message *call, const CallOption *known, void *ret, sd_bus_error *error) {
        int r;

        r = sd_bus_message_enter_container(call, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(call, 'e', "sv")) > 0) {
                r = read_option(call, known, ret, error);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(call);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(call);
}
