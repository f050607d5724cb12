/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the manager asks for of notebook sessions alone: see keeper-protocol.h. Each handles one message, as a
 * ControlHandler does. */

#include "keeper/keeper.h"

int keeper_handle_restart(Keeper *k, const WireMessage *message, WireAncillary *a);
int keeper_handle_watch(Keeper *k, const WireMessage *message, WireAncillary *a);
int keeper_handle_outputs(Keeper *k, const WireMessage *message, WireAncillary *a);
int keeper_handle_interrupt(Keeper *k, const WireMessage *message, WireAncillary *a);
int keeper_handle_shutdown(Keeper *k, const WireMessage *message, WireAncillary *a);
int keeper_handle_set_notebook(Keeper *k, const WireMessage *message, WireAncillary *a);
