/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Being the controller of a scope (systemd.scope(5), org.freedesktop.systemd1(5)): who stops the scope,
 * systemctl say, has systemd ask us to end what is in it, instead of sending SIGTERM. So kernels are shut
 * down by Jupyter's protocol however they are stopped. */

#include <stdbool.h>

#include "manager/base/types.h"

/* systemd pays for each with a match rule, as for references; see systemd-references.c, which has the rest
 * of them. */
#define CONTROLLERS_MAX 160

/* Listens to what systemd asks. -errno. */
int scope_controller_start(Manager *m);

/* The scope that is about to be made is to be ours, if it should be and there is room. */
bool scope_controller_take(Session *s);
/* It is gone, or was not made. */
void scope_controller_forget(Session *s);
