/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How calls that came over D-Bus are answered; see reply.h. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/reply.h"

/* What the caller of this call, which is being dispatched and was admitted, is owed. No reference. */
Reply bus_reply(Manager *m, sd_bus_message *call, ReplyKind kind);
