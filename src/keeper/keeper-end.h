/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The end of the payload: seen by its pidfd, recorded, told. */

#include "keeper/keeper-data.h"

/* Follows the payload by leader_fd. If there is none, the payload counts as ended. */
int keeper_watch_leader(Keeper *k);

/* The payload has ended, while the phase was running: records how, and tells it once the attached client has
 * taken the last of the output, or a second later. */
void keeper_end(Keeper *k);

/* Tells the manager now. */
void keeper_tell_end(Keeper *k);

/* Lets go what only a living payload needs: pidfd, PTY in the store, connection file. */
void keeper_forget_payload(Keeper *k);
