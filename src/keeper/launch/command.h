/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which program a session executes, found before anything is started. */

#include "keeper/store/user.h"

/* Finds a program as the payload would: a name with a slash is a path, relative to directory; any other is
 * searched in the environment's PATH. The absolute path is the caller's. -ENOENT: no such file. -EACCES: a
 * file, but no program that this user may execute. -EISDIR: a directory. */
int command_find(const char *name, char *const *environment, const char *directory, char **ret);

/* The user's login shell, or /bin/sh if that cannot be executed: its path. */
int command_login_shell(const User *user, char **ret);
