/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a client's terminal answers to the keeper's questions about its colours, found in what the client
 * types. As long as one is owed, it is taken out, however late it comes: a program must not read it as
 * something that was typed. */

#include "keeper/vt/color-spec.h"

#define REPLY_HELD_MAX 64U /* bytes: a whole reply */

typedef struct Replies {
        uint32_t owed; /* a bit for each number of an OSC */
        bool waiting;  /* somebody waits for one: an ESC that came last may be its beginning */
        uint8_t n_held;
        uint8_t held[REPLY_HELD_MAX]; /* what may be the beginning of one */
} Replies;

typedef void (*ReplyHandler)(void *userdata, unsigned number, const ColorSpec *color);

/* A question OSC number;? was asked; number < 32. */
void replies_expect(Replies *r, unsigned number);

/* Takes replies out of what was typed; what may be the beginning of one is held back. room: what is held
 * comes before it, so data has room for REPLY_HELD_MAX bytes more. Returns how many bytes are there then. */
size_t replies_take(Replies *r, uint8_t *data, size_t size, ReplyHandler handler, void *userdata);

/* Nobody waits any more: moves what is held to data, of REPLY_HELD_MAX bytes. Returns how many. */
size_t replies_give_up(Replies *r, uint8_t *data);
