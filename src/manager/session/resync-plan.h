/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a session of an earlier manager goes on: a pure table of what its record says and of what is still
 * there. No I/O; resync.c finds the facts and carries the plan out. */

#include "manager/model/session-state.h"

/* What its record says, and what is there. */
typedef struct ResyncFacts {
        SessionPhase phase; /* not PHASE_ENDED, of which there is no record */
        bool announced;     /* clients know of it */
        bool kept;          /* a keeper has its payload */
        bool watched;       /* a registered kernel that a keeper follows; not kept */
        bool scope;         /* systemd has it, and it is active */
        bool keeper;        /* the same of the keeper's unit */
        bool leader; /* it lives, and is the process that is on record; false if resync_needs_leader() is */
} ResyncFacts;

typedef enum ResyncOutcome {
        RESYNC_LISTEN,    /* it runs, or its keeper says what it does */
        RESYNC_ENTER,     /* the step is taken */
        RESYNC_GIVE_UP,   /* it was being started, and whoever asked for it is gone: the start fails */
        RESYNC_AWAIT_END, /* its leader ended; the keeper says how */
        RESYNC_LOSE,      /* its leader ended, and nobody knows how */
} ResyncOutcome;

typedef struct ResyncPlan {
        ResyncOutcome outcome;
        SessionStep step;        /* of RESYNC_ENTER */
        SessionResult result;    /* noted before the outcome, unless it is RESULT_NONE */
        bool count;              /* it is one of the sessions that clients know of */
        bool watch_scope;        /* what the kernel says of its cgroup is listened to */
        bool connect;            /* the keeper is connected to, before the outcome */
        bool follow;             /* a keeper is asked for, to follow its kernel */
        bool maybe_seen_running; /* the earlier manager may have heard that the kernel runs again */
        bool forget;             /* nobody need hear of its end */
} ResyncPlan;

/* Does the plan depend on whether the leader lives? To find that out is to watch it. */
bool resync_needs_leader(const ResyncFacts *facts);

/* The table. */
ResyncPlan resync_plan(const ResyncFacts *facts);
