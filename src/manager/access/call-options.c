/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the options of calls. */

#include <stdint.h>

#include "manager/access/call-options.h"
#include "shared/dictionary.h"
#include "shared/macros.h"
#include "shared/names.h"
#include "shared/text.h"

typedef struct Target {
        const CallOption *known;
        void *values;
        sd_bus_error *error;
} Target;

static int read_option(sd_bus_message *call, const char *name, void *userdata) {
        _cleanup_free_ char *shown = NULL;
        const Target *target = userdata;
        const CallOption *option = target->known;
        const char *contents;
        int r;

        r = sd_bus_message_peek_type(call, NULL, &contents);
        if (r < 0)
                return r;
        while (option->name && !streq(option->name, name))
                option++;
        if (!option->name) {
                shown = text_sanitize(name, SESSION_NAME_MAX);
                return sd_bus_error_setf(target->error, ERROR_UNKNOWN_OPTION,
                        "Unknown option '%s'; see 'busctl introspect' and the interface's documentation.",
                        strempty(shown));
        }
        if (!streq(contents, option->signature))
                return sd_bus_error_setf(target->error, ERROR_INVALID_ARGUMENT,
                        "Option '%s' must have the type '%s', not '%s'.", name, option->signature, contents);
        return sd_bus_message_read(call, "v", contents, (uint8_t *) target->values + option->offset);
}

int call_options_read(sd_bus_message *call, const CallOption *known, void *ret, sd_bus_error *error) {
        Target target = { .known = known, .values = ret, .error = error };

        return dictionary_read(call, read_option, &target);
}
