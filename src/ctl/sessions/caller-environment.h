/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The environment of whoever starts a session, as far as the session can have it: everything but what is
 * bound to the caller's login, unit, terminal or descriptors, so that PATH, virtual environments, conda and
 * the language are those of the shell that one is in. docs/environment.md has the list for users. */

#include <stdbool.h>
#include <stddef.h>

/* Is a variable of this name, or of the name before the '=', bound to what a session does not share with its
 * starter? */
bool caller_variable_is_bound(const char *name);

/* A copy of what a session can have of environment; the caller's strv. What no message can carry (a value
 * that is not UTF-8, a name that is none) is left out; *ret_refused counts those. 0 or -ENOMEM. */
int caller_environment(char *const *environment, char ***ret, size_t *ret_refused);
