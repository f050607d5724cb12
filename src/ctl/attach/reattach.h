/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Gets a new stream when one ended before its session did. */

#include <systemd/sd-bus.h>

#include "shared/time-span.h"

typedef struct Attach Attach;

typedef enum ReattachPhase {
        REATTACH_IDLE,    /* there is a stream */
        REATTACH_ASKING,  /* does the session still run? */
        REATTACH_CALLING, /* it does: a new stream was asked for */
        REATTACH_PAUSING, /* its keeper is not there yet; in a while we ask again */
        REATTACH_OVER,    /* the session ended, or there will be no stream */
} ReattachPhase;

typedef struct Reattach {
        ReattachPhase phase;
        usec_t connected_at;
        usec_t pause_until, give_up_at;
        sd_bus_slot *slot;  /* of the call under way */
        sd_bus_error error; /* why there is no stream; not set if that is because the session ended */
        int result;
} Reattach;

void reattach_done(Reattach *r);

/* There is a stream: how long it lasts says whether a new one is asked for at once. */
void reattach_connected(Reattach *r, usec_t now);

/* The stream ended: begins to get another. Returns whether that can be. */
bool reattach_begin(Attach *a);
/* Goes on, after events on the bus or when it is time. Returns false when it is over: then the session
 * ended, or error says what is wrong. */
bool reattach_step(Attach *a);
/* When reattach_step() is to be called, if nothing happens before. */
usec_t reattach_deadline(const Attach *a);

/* What to do next about a session in this state (NULL: not known) and with this result, or after this error
 * of either call. */
ReattachPhase reattach_after_state(const char *state, const char *result);
ReattachPhase reattach_after_error(const sd_bus_error *error, bool *ret_ended);
