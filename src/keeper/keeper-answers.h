/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Answers to what the program asks its terminal: each once, in the order of the questions, whoever looks. */

#include "keeper/keeper.h"

/* Types what answers there are into the program. To be called whenever there may be some, or there is room for them. */
void keeper_answer(Keeper *k);

/* A client's terminal said that it has this colour. */
void keeper_take_color(Keeper *k, Client *c, unsigned number, const ColorSpec *color);

/* The client is about to be freed: nothing will come from it. */
void keeper_forget_asked(Keeper *k, const Client *c);

/* The program has ended, or all clients are about to be freed: nobody is asked anything any more, and nothing is answered. */
void keeper_stop_answers(Keeper *k);
