/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The environment that the payload gets: what PAM and systemd made for the keeper, without what is only the
 * keeper's, with what the request adds, and with what every program of a user may expect. */

#include "keeper/store/user.h"
#include "shared/session-types.h"

/* inherited: the keeper's own environment; added: NAME=VALUE of the request, which win over everything but
 * the session's id. Each name occurs once in the result. HOME, PATH and SHELL are always there; the TERM of
 * a terminal is one that this machine knows, if it knows any. 0 or -ENOMEM. */
int environment_make(char *const *inherited, char *const *added, const User *user, SessionType type,
        const char *id, char ***ret);
