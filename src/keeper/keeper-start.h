/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From START to STARTED. What goes wrong is told to the manager by FAILED, and leaves the keeper idle. */

#include "keeper/keeper-data.h"
#include "keeper/launch/start-request.h"

/* Makes the terminal or the connection file, and forks the payload, which tells the manager that it is at
 * the gate. The keeper must be idle. message: START, as it came. */
void keeper_start(Keeper *k, const StartRequest *request, const WireMessage *message);

/* The same for a kernel that ended, with what START said then, and with its log and connection file. */
void keeper_restart(Keeper *k, uint32_t restarts);

/* The payload may execute its program. It must be at the gate. */
void keeper_open_gate(Keeper *k);

/* Looks whether the payload could execute its program; to be called when it ended, too. After it the keeper
 * may be idle again. */
void keeper_check_gate(Keeper *k);

/* Gives an attempt up and tells why: the failure's sentence, or what the negative errno says. */
void keeper_fail(Keeper *k, const Failure *failure, int error);
