/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the manager is told of a terminal: its title, and the program that is in its foreground. */

#include "keeper/keeper-data.h"

/* The terminal has shown something: looks, a while later, whether there is something to tell. A terminal
 * that is quiet wakes nobody. */
void keeper_describe_later(Keeper *k);

/* Puts what was found into a message. */
void keeper_put_description(const Keeper *k, WireWriter *w);
