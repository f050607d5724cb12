/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Between the terminal and those who look at it. */

#include "keeper/keeper-data.h"

/* Starts to read the terminal, and to record it: keeper.recording must be there. */
int keeper_watch_terminal(Keeper *k);

/* Another client. fd becomes the client's on success. Returns as failure.h says. */
int keeper_attach(Keeper *k, int fd, const ClientOptions *options, Failure *failure);

/* From now on; NULL leaves it. Returns as failure.h says. */
int keeper_set_size_policy(Keeper *k, const char *policy, Failure *failure);

/* The client of this name has another size; without such a client, the terminal gets it. Returns as
 * failure.h says. */
int keeper_resize(Keeper *k, const char *client, uint32_t rows, uint32_t columns, Failure *failure);

/* Writes the picture as text into the file, over what is in it. Returns as failure.h says. */
int keeper_snapshot(Keeper *k, bool styles, uint32_t scrollback, int fd, Failure *failure);
