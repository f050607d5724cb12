/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session knows of its user's logins (shared/login-environment.h), from the side of the login. */

#include <stdio.h>

#include "ctl/options/arguments.h"

/* Points the session at this login: its agent and display. Does nothing to sessions of others, which have no
 * place in the runtime directory of who calls this, nor to one without a place. What fails is told, and is
 * no reason not to attach. */
void login_renew(const Arguments *a, const char *id);

/* Prints what a shell is to evaluate to know the login that came last: "export NAME=VALUE" and "unset NAME".
 * -ENOENT: the session has no place; -errno. */
int login_print(const Arguments *a, const char *id, FILE *f);
