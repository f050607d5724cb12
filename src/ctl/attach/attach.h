/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Connects the user's terminal to a session's, and tells how it ended. */

#include "ctl/attach/attach-request.h"
#include "ctl/attach/pump.h"
#include "ctl/attach/reattach.h"
#include "ctl/attach/tty.h"
#include "ctl/bus/client.h"
#include "shared/ids.h"

typedef struct Attach {
        Client *client;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        AttachOptions options;
        sd_bus_slot *removed_slot, *changed_slot;
        bool bus_lost; /* the stream works without */

        /* what the session is, and how it ended, as far as known */
        bool gone;
        usec_t quiet_since; /* since then, or since it is gone, nothing was carried */
        char *state;        /* NULL: not known */
        char *freezer_state;
        char *result; /* NULL or "": it has not ended */
        int32_t exit_status;

        Reattach reattach;
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

/* Begins to listen for ends of sessions: before a session is started, so that the end of a short one is not
 * missed. Failures are told. */
int attach_begin(Attach *a, Client *c);

/* Attaches to the session, carries bytes until the user leaves or the session ends, and says which; a stream
 * that ends before its session is replaced. just_started: it may have ended already. Returns computectl's
 * exit status: 0 after detaching, the program's, 128+n for signal n. Failures are told. */
int attach_run(Attach *a, const char *id, bool just_started);
void attach_done(Attach *a);

/* Reads what the service tells about the session: a{sv}, as in answers and signals. 0 or -errno. */
int attach_read_properties(Attach *a, sd_bus_message *m);
/* Sets the size in the options to that of the user's terminal; 0 if there is none. Returns whether it is
 * another. */
bool attach_update_size(Attach *a);
/* Tells the session the new size, if there is one; nobody waits for the answer. */
void attach_send_size(Attach *a);

#define _cleanup_attach_ _cleanup_(attach_done)
