/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Connects the user's terminal to a session's, and tells how it ended. */

#include "ctl/client.h"
#include "ctl/pump.h"
#include "ctl/tty.h"
#include "shared/ids.h"

typedef struct Attach {
        Client *client;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        sd_bus_slot *removed_slot, *changed_slot;
        bool bus_lost; /* the stream works without */

        /* how the session ended, as far as known */
        bool gone;
        usec_t quiet_since; /* since then, or since it is gone, nothing was carried */
        char *result;       /* NULL or "": it has not */
        int32_t exit_status;

        Pump pump;
        Tty tty;
        int signals; /* signalfd */
        int caught;  /* the signal that ended us */
        bool output_is_tty;
} Attach;

#define ATTACH_NULL                                                                                 \
        {                                                                                           \
                .signals = -EBADF, .exit_status = -1, .pump = {.stream = -EBADF, .output = -EBADF } \
        }

/* Begins to listen for ends of sessions: before a session is started, so that the end of a short one is not missed.
 * Failures are told. */
int attach_begin(Attach *a, Client *c);

/* Attaches to the session, carries bytes until the user leaves or the session ends, and says which. just_started: it
 * may have ended already. Returns computectl's exit status: 0 after detaching, the program's, 128+n for signal n.
 * Failures are told. */
int attach_run(Attach *a, const char *id, bool just_started);
void attach_done(Attach *a);

#define _cleanup_attach_ _cleanup_(attach_done)
