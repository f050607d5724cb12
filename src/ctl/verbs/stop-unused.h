/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* computectl stop --unused: has the service stop what nobody uses, and says which and why. */

#include "ctl/bus/client.h"

/* Waits until they have ended. Failures are told. 0 or -errno. */
int stop_unused(Client *c);
