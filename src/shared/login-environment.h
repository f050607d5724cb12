/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session knows of the login that looks at it: agents and displays come and go with logins, and a
 * session outlives them. So what is a socket has a place of its own for each session,
 * /run/user/UID/compute-logins/ID, whose symbolic links lead to the sockets of the login that came last; the
 * session's variables name the links. The keeper makes the place, whoever attaches as the session's user
 * points it at the own login, and `computectl environment` tells all of it.
 *
 * Where the user has no runtime directory there is no such place, and the variables are left out. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct LoginVariable {
        const char *name;
        const char *
                link; /* name of the link to the socket that its value is the path of; NULL: it is no path */
} LoginVariable;

/* SSH_AUTH_SOCK, WAYLAND_DISPLAY, DISPLAY and their like. */
extern const LoginVariable login_variables[];
extern const size_t n_login_variables;

/* The variable of this name, or of the name before the '='; NULL: it is none of them. */
const LoginVariable *login_variable_find(const char *name);

/* The place of a session: "/run/user/1000/compute-logins/t1", of one in user mode "…/user-t1". The caller's;
 * NULL: no memory. */
char *login_directory(uid_t uid, bool user_mode, const char *id);

/* Where the socket of a variable is: its value, or, of a WAYLAND_DISPLAY that is a name, that in the runtime
 * directory; behind all links, so that links of several sessions cannot lead to each other. The caller's;
 * NULL: there is no socket. */
char *login_socket(uid_t uid, const char *value);

/* Points the link at the target, at once for whoever follows it. 0 or -errno. */
int login_link_set(const char *directory, const char *link, const char *target);
