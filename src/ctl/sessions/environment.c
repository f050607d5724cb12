/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a new session gets from its starter: variables, working directory, options. */

#include <unistd.h>

#include "ctl/sessions/caller-environment.h"
#include "ctl/sessions/environment.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "shared/terminfo.h"
#include "shared/text.h"

#define ENVIRONMENT_MAX      1024 /* what the service takes; its command may have as much again */
#define ENVIRONMENT_SIZE_MAX (120 * 1024)

/* What a terminal can show and the language, which a login's environment does not say. */
static int take_display(char ***environment) {
        static const char *const taken[] = { "TERM", "COLORTERM", "LANG" };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(taken); i++) {
                const char *value = getenv(taken[i]);

                if (isempty(value) || !text_is_printable(value))
                        continue;
                r = strv_env_set(environment, taken[i], value);
                if (r < 0)
                        return r;
        }
        STRV_FOREACH(s, environ)
                if (startswith(*s, "LC_") && env_assignment_is_valid(*s) && text_is_printable(*s)) {
                        r = strv_extend(environment, *s);
                        if (r < 0)
                                return r;
                }
        return 0;
}

static int take_all(char ***environment) {
        size_t refused;
        int r;

        r = caller_environment(environ, environment, &refused);
        if (r >= 0 && refused > 0)
                log_warning("%zu variable%s with a name or a value that is not text stay%s here.", refused,
                        refused == 1 ? "" : "s", refused == 1 ? "s" : "");
        return r;
}

static int check_size(const Arguments *a, char *const *environment) {
        size_t size = 0;

        STRV_FOREACH(s, environment)
                size += strlen(*s) + 8;
        if (size <= ENVIRONMENT_SIZE_MAX && strv_length(environment) <= ENVIRONMENT_MAX)
                return 0;
        log_error("There are %zu variables here with %zu KiB; a session takes %i with %i KiB.%s",
                strv_length(environment), size / 1024, ENVIRONMENT_MAX, ENVIRONMENT_SIZE_MAX / 1024,
                environment_is_callers(a) ? " Use --clean-environment, and --setenv= for what it needs."
                                          : "");
        return -E2BIG;
}

bool environment_is_callers(const Arguments *a) {
        return !a->clean_environment && !a->host;
}

int environment_for_session(const Arguments *a, SessionType type, char ***ret) {
        _cleanup_strv_ char **environment = NULL;
        int r = 0;

        if (environment_is_callers(a))
                r = take_all(&environment);
        else if (type == SESSION_TERMINAL)
                r = take_display(&environment);
        if (r < 0)
                return log_oom();
        STRV_FOREACH(s, a->environment) {
                const char *equals = strchr(*s, '=');
                _cleanup_free_ char *name = strndup(*s, (size_t) (equals - *s));

                if (!name || strv_env_set(&environment, name, equals + 1) < 0)
                        return log_oom();
        }
        r = check_size(a, environment);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(environment);
        return 0;
}

void environment_tell_term(const Arguments *a, char *const *environment) {
        const char *term = strv_env_get(environment, "TERM"), *used = terminfo_choose(term, environment);
        _cleanup_free_ char *shown = NULL;

        if (a->quiet || a->host || !term || streq(term, used))
                return;
        shown = text_sanitize(term, 128);
        log_notice(
                "This machine does not know the terminal %s; programs in the session are told that it is %s.",
                strempty(shown), used);
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

int append_switch_option(sd_bus_message *m, const char *name, int value) {
        return value >= 0 ? sd_bus_message_append(m, "{sv}", name, "b", value) : 0;
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
