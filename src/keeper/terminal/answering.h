/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Answers to what the program asks its terminal: each once, in the order of the questions, whoever looks. */

#include "keeper/terminal/audience.h"
#include "keeper/terminal/terminal.h"

/* Zeroed: nothing is answered. */
typedef struct Answering {
        sd_event *event; /* these are the caller's; NULL: nothing is answered */
        Terminal *terminal;
        Screen *screen;
        Audience *audience;
        Client *asked; /* whose terminal is asked for a colour; of the audience, or NULL */
        sd_event_source *timer;
} Answering;

void answering_begin(Answering *a, sd_event *event, Terminal *terminal, Screen *screen, Audience *audience);

/* The program has ended, or the clients or the terminal are about to be freed: nobody is asked anything any
 * more, and nothing is answered. */
void answering_end(Answering *a);

/* Types what answers there are into the program. To be called whenever there may be some, or there is room
 * for them. */
void answering_go_on(Answering *a);

/* A client's terminal said that it has this colour. */
void answering_take_color(Answering *a, const Client *c, unsigned number, const ColorSpec *color);

/* The client is about to be freed: nothing will come from it. */
void answering_forget(Answering *a, const Client *c);
