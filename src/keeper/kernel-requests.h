/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the manager asks for of notebook sessions alone: see keeper-protocol.h. */

#include "keeper/keeper-data.h"

/* Handles one message, as a ControlHandler does. -EOPNOTSUPP: it is none of these. */
int keeper_handle_kernel_request(Keeper *k, const WireMessage *message, WireAncillary *a);
