/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Is the controller of scopes (systemd.scope(5), org.freedesktop.systemd1(5)). When somebody stops a scope,
 * with systemctl say, systemd asks us to end what is in it, instead of sending SIGTERM. So kernels are shut
 * down by Jupyter's protocol however they are stopped. */

#include <stdbool.h>

#include "manager/base/types.h"

/* systemd pays for each controller with a match rule, as for references; systemd-references.c has the rest
 * of the rules. */
#define CONTROLLERS_MAX 160

/* Begins to listen to systemd's requests. -errno. */
int scope_controller_start(Manager *m);

/* Returns whether the scope that is about to be made gets us as its controller: if it should, and there is
 * room. */
bool scope_controller_take(Session *s);
/* Notes that the scope is gone, or was not made. */
void scope_controller_forget(Session *s);
