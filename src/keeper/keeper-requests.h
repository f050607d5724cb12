/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the manager asks for, and what it is told. */

#include "keeper/keeper-data.h"

/* A ControlHandler; userdata is the keeper. */
int keeper_handle_message(void *userdata, const WireMessage *message, WireAncillary *a);

/* Answers a request. r: what its function returned, see failure.h; notebook: goes with the answer, or
 * NULL. */
void keeper_reply(Keeper *k, uint32_t serial, int r, Failure *failure, const char *notebook);

void keeper_tell_started(Keeper *k);
void keeper_tell_failed(Keeper *k, const Failure *failure);
void keeper_tell_ended(Keeper *k);
void keeper_tell_changed(Keeper *k);
