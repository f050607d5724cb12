/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a new session gets from its starter: variables, working directory, options. */

#include <unistd.h>

#include "ctl/sessions/environment.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "shared/text.h"

int environment_for_terminal(const Arguments *a, char ***ret) {
        static const char *const taken[] = { "TERM", "COLORTERM", "LANG" };
        _cleanup_strv_ char **environment = NULL;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(taken); i++) {
                const char *value = getenv(taken[i]);

                if (isempty(value) || !text_is_printable(value))
                        continue;
                r = strv_env_set(&environment, taken[i], value);
                if (r < 0)
                        return r;
        }
        STRV_FOREACH(s, environ)
                if (startswith(*s, "LC_") && env_assignment_is_valid(*s) && text_is_printable(*s)) {
                        r = strv_extend(&environment, *s);
                        if (r < 0)
                                return r;
                }
        STRV_FOREACH(s, a->environment) {
                const char *equals = strchr(*s, '=');
                _cleanup_free_ char *name = strndup(*s, (size_t) (equals - *s));

                if (!name)
                        return -ENOMEM;
                r = strv_env_set(&environment, name, equals + 1);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(environment);
        return 0;
}

int append_string_option(sd_bus_message *m, const char *name, const char *value) {
        return value ? sd_bus_message_append(m, "{sv}", name, "s", value) : 0;
}

int append_number_option(sd_bus_message *m, const char *name, uint32_t value) {
        return sd_bus_message_append(m, "{sv}", name, "u", value);
}

int append_true_option(sd_bus_message *m, const char *name, bool value) {
        return value ? sd_bus_message_append(m, "{sv}", name, "b", (int) value) : 0;
}

int append_strv_option(sd_bus_message *m, const char *name, char *const *values) {
        int r;

        if (strv_length(values) == 0)
                return 0;
        r = sd_bus_message_open_container(m, 'e', "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(m, 's', name);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'v', "as");
        if (r < 0)
                return r;
        r = sd_bus_message_append_strv(m, (char **) values);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;
        return sd_bus_message_close_container(m);
}

int working_directory_option(const Arguments *a, const char *fallback, char **ret) {
        const char *wanted = a->working_directory ? a->working_directory : a->host ? NULL : fallback;
        char *path = NULL;

        if (wanted) {
                path = a->host ? strdup(wanted) : realpath(wanted, NULL);
                if (!path) {
                        _cleanup_free_ char *shown = text_sanitize(wanted, 1024);

                        return log_error_errno(
                                errno, "Failed to find the working directory %s: %m", strempty(shown));
                }
        }
        *ret = path;
        return 0;
}
