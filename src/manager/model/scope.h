/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is known of a session's scope by itself: its watches, whether it is frozen, which terminals are shown
 * in it. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "manager/model/waiters.h"
#include "shared/keeper-protocol.h"

/* A session's part. All zero: nothing is watched. */
typedef struct ScopeEvents {
        sd_event_source *cgroup; /* cgroup.events */
} ScopeEvents;

/* As systemd's property of the same name. */
typedef enum FreezerState {
        FREEZER_RUNNING,
        FREEZER_FREEZING, /* systemd was asked to */
        FREEZER_FROZEN,
        FREEZER_THAWING,
        FREEZER_STATE_MAX,
} FreezerState;

/* A session's part. All zero: it runs. */
typedef struct Freezer {
        FreezerState state;
        /* Who asked for the change that is under way, and by which method; NULL: the session's end. */
        Actor actor;
        const char *method;
        Waiters freezing; /* who asked for it to be frozen */
        Waiters thawing;  /* who asked for it to be thawed, and calls that go on once it is */
} Freezer;

/* The sessions that one session is shown in, by number; each once. */
typedef struct Nesting {
        uint64_t within[KEEPER_CLIENTS_MAX];
        size_t n;
} Nesting;
