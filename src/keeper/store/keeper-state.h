/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a keeper knows of its session: what STATUS and AT_GATE tell the manager, and what a restarted keeper
 * needs. */

#include <sys/types.h>

#include "shared/keeper-protocol.h"
#include "shared/session-types.h"
#include "shared/time-span.h"
#include "shared/wire.h"

typedef struct KeeperState {
        char *id;
        SessionType type;
        KeeperPhase phase;
        pid_t leader; /* 0 = none */
        int exit_code;
        int exit_status;
        char **arguments;
        char *directory;
        uint32_t rows, columns; /* of a terminal */
        char *notebook;         /* the rest for notebooks */
        char *kernel;
        char *kernel_title;
        char *connection_file;
        usec_t created;             /* as the manager says, CLOCK_REALTIME; 0 = it did not */
        uint64_t ended_outputs_max; /* bytes of what all sessions of the user leave */
        bool unrecorded;            /* nothing that the kernel puts out is kept */
} KeeperState;

/* Puts everything that is known into a message. */
void keeper_state_put(const KeeperState *s, WireWriter *w);

/* Is there room in a message for all this, and for what comes to be known later? */
bool keeper_state_fits(const KeeperState *s);

/* The inverse. -EBADMSG if the message is not what keeper_state_put() makes; ret is untouched then. */
int keeper_state_read(const WireMessage *message, KeeperState *ret);

/* Forgets everything but what is told before a start: what is left when an attempt to start has failed. */
void keeper_state_reset(KeeperState *s);

void keeper_state_done(KeeperState *s);

#define _cleanup_keeper_state_ _cleanup_(keeper_state_done)
