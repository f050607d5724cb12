/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Carries bytes between the user and a session's stream, both ways. */

#include <poll.h>

#include "ctl/attach/screen-modes.h"
#include "ctl/options/detach-key.h"
#include "shared/time-span.h"

#define PUMP_INPUT_SIZE  4096U
#define PUMP_OUTPUT_SIZE 65536U
#define PUMP_KEY_USEC    (300 * USEC_PER_MSEC) /* within which the detach key is typed again to be sent */

typedef struct PumpBuffer {
        char *data;
        size_t size, begin, end;
} PumpBuffer;

typedef enum PumpResult {
        PUMP_GOES_ON,
        PUMP_DETACHED,     /* the detach key was typed, or the user's terminal is gone */
        PUMP_ENDED,        /* the stream ended, and all that came from it was written */
        PUMP_NOBODY_READS, /* what we write to is closed */
} PumpResult;

/* The order of the descriptors in pump_prepare() and pump_step(). */
enum {
        PUMP_FD_INPUT,
        PUMP_FD_OUTPUT,
        PUMP_FD_STREAM,
        N_PUMP_FDS,
};

typedef struct Pump {
        int input, output, stream; /* the caller's */
        bool input_is_tty;         /* its end means detach; otherwise the session is watched on */
        bool output_may_block;
        bool read_only;       /* what is typed is not sent */
        DetachKey detach_key; /* looked for on a terminal only */

        PumpBuffer to_session, to_user;
        bool input_ended, stream_ended, stream_is_deaf;
        usec_t key_until;  /* the detach key was typed; USEC_INFINITY: it was not; see pump_step() */
        ScreenModes modes; /* what was done to the user's terminal */
        char last;         /* the last byte written to the user */
        /* When something came that the user's terminal answers, CLOCK_MONOTONIC; 0: nothing did. */
        usec_t asked_at;
} Pump;

/* Makes the buffers. The fields up to detach_key are set by the caller before. 0 or -ENOMEM. */
int pump_begin(Pump *p);
void pump_done(Pump *p);

/* Shows the user something before all that comes from the stream, as if it came from there. It must fit. */
void pump_show(Pump *p, const char *text);

/* Goes on without a stream (-EBADF), or with another one: what was typed and not sent yet is kept for it,
 * and more is taken as long as there is room. The old one stays the caller's. */
void pump_set_stream(Pump *p, int stream);

/* What to wait for; until pump->key_until at most. */
void pump_prepare(const Pump *p, struct pollfd fds[N_PUMP_FDS]);
/* Carries what can be carried after poll(). The detach key counts when anything else is typed after it, or
 * nothing until key_until (CLOCK_MONOTONIC). */
PumpResult pump_step(Pump *p, const struct pollfd fds[N_PUMP_FDS]);
