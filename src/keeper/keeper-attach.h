/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Between the terminal and whoever looks at it. */

#include "keeper/keeper.h"

/* Starts to read the terminal. */
int keeper_watch_terminal(Keeper *k);

/* A new client takes the place of the old one. fd becomes the client's on success; a size of 0 leaves the terminal's
 * as it is. Returns as failure.h says. */
int keeper_attach(Keeper *k, int fd, uint32_t rows, uint32_t columns, Failure *failure);

/* Returns as failure.h says. */
int keeper_resize(Keeper *k, uint32_t rows, uint32_t columns, Failure *failure);
