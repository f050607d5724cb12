/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The session's place for the sockets of logins: shared/login-environment.h. */

#include <stdbool.h>

/* Makes the place of the session and its links, unless they are there, for what the environment names; the
 * environment then names the links. Without a place, or without a socket, the variable goes. 0 or
 * -ENOMEM. */
int login_place_make(const char *id, bool user_mode, char ***environment);

/* Removes it with all that is in it. */
void login_place_remove(const char *id, bool user_mode);
