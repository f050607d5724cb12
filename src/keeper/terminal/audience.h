/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All clients of a terminal, and the size that they make it have. */

#include "keeper/screen/screen.h"
#include "keeper/terminal/client.h"
#include "keeper/terminal/output-filter.h"
#include "shared/keeper-protocol.h"

#define AUDIENCE_MAX KEEPER_CLIENTS_MAX

/* As tmux's window-size. */
typedef enum SizePolicy {
        SIZE_LATEST,   /* of the client that typed, came or was resized last */
        SIZE_LARGEST,  /* in each direction */
        SIZE_SMALLEST, /* in each direction */
        SIZE_MANUAL,   /* clients do not matter */
        SIZE_POLICY_MAX,
        SIZE_POLICY_INVALID = -EINVAL,
} SizePolicy;

SizePolicy size_policy_from_string(const char *s);

typedef struct Audience {
        Client *clients[AUDIENCE_MAX]; /* least recently active first */
        size_t n;
        SizePolicy policy;
        OutputFilter filter; /* of what goes to them; idle while there are none */
} Audience;

/* -ENOBUFS: there are AUDIENCE_MAX. The client becomes the audience's. s: the screen, which has all that was
 * printed. */
int audience_add(Audience *a, Client *c, const Screen *s);
/* Frees the client. */
void audience_remove(Audience *a, Client *c);
void audience_clear(Audience *a);

/* The client is now the most recently active. Returns whether it was not before. */
bool audience_touch(Audience *a, Client *c);

/* The client of this name that came last; NULL if there is none. */
Client *audience_find(const Audience *a, const char *name);

/* Shows each what it may see of what the program printed. */
void audience_send(Audience *a, const void *data, size_t size);

/* Appends what a client may see of the screen's picture; it is then where the others are. As
 * screen_paint(). */
int audience_paint(const Audience *a, const Client *c, const Screen *s, uint32_t scrollback, ByteQueue *out);

/* The client whose terminal can be asked something now, the most recently active one; NULL: none can. */
Client *audience_to_be_asked(const Audience *a, const Screen *s);
void audience_repaint(Audience *a);
void audience_listen(Audience *a, bool listen);

/* As client_finish(); clients that have nothing left to take are freed. Returns how many have. */
size_t audience_finish(Audience *a);

/* How many look at the terminal: all but those that only type (raw, without a size). */
size_t audience_count(const Audience *a);

/* The size that the clients want. false: they want none. */
bool audience_size(const Audience *a, uint32_t *ret_rows, uint32_t *ret_columns);
