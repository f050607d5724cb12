/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a new session gets from its starter. */

#include <systemd/sd-bus.h>

#include "ctl/options/arguments.h"

/* Does a session get the caller's environment? Not with --clean-environment, and not on another machine. */
bool environment_is_callers(const Arguments *a);

/* The variables of a new session: the caller's (caller-environment.h) or, of a terminal that gets a login's,
 * what it can show and the language; and those of --setenv=, which win. The caller's strv. 0 or -errno;
 * failures are told. */
int environment_for_session(const Arguments *a, SessionType type, char ***ret);

/* Says so if the terminal that the environment names is not known on this machine. */
void environment_tell_term(const Arguments *a, char *const *environment);

/* Appends an entry to the a{sv} that m stands in; nothing for NULL, false, a switch below 0, or an empty
 * vector. 0 or -errno. */
int append_string_option(sd_bus_message *m, const char *name, const char *value);
int append_number_option(sd_bus_message *m, const char *name, uint32_t value);
int append_true_option(sd_bus_message *m, const char *name, bool value);
int append_switch_option(sd_bus_message *m, const char *name, int value);
int append_strv_option(sd_bus_message *m, const char *name, char *const *values);

/* The absolute path of the folder to start in: of --working-directory=, or else of fallback (NULL: none;
 * then *ret is NULL). With --host= a path of the other machine, taken as it is. Failures are told. */
int working_directory_option(const Arguments *a, const char *fallback, char **ret);
