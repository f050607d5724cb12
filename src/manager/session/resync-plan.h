/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a session of an earlier manager goes on: a pure table of what its record says and of what is still
 * there. No I/O; resync.c finds the facts and carries the plan out. */

#include "manager/model/session-state.h"

/* What the record of a session says, and what is there of it. */
typedef struct ResyncFacts {
        SessionPhase phase; /* not PHASE_ENDED, of which there is no record */
        bool announced;     /* clients know of it */
        bool kept;          /* a keeper has its payload */
        bool watched;       /* a registered kernel that a keeper follows; not kept */
        bool scope;         /* systemd has it, and it is active */
        bool keeper;        /* the same of the keeper's unit */
        bool leader;        /* the process on record lives; false if resync_needs_leader() is */
} ResyncFacts;

typedef enum ResyncOutcome {
        RESYNC_LISTEN,    /* the session runs, or its keeper says what it does */
        RESYNC_ENTER,     /* the session takes the step */
        RESYNC_GIVE_UP,   /* the session was being started, and its caller is gone: the start fails */
        RESYNC_AWAIT_END, /* the leader ended, and the keeper says how */
        RESYNC_LOSE,      /* the leader ended, and nobody knows how */
} ResyncOutcome;

typedef struct ResyncPlan {
        ResyncOutcome outcome;
        SessionStep step;        /* of RESYNC_ENTER */
        SessionResult result;    /* noted before the outcome, unless it is RESULT_NONE */
        bool count;              /* the session is one of those that clients know of */
        bool watch_scope;        /* changes of the scope's cgroup are listened to */
        bool connect;            /* the keeper is connected to, before the outcome */
        bool follow;             /* a keeper is started, to follow the kernel */
        bool maybe_seen_running; /* the earlier manager may have heard that the kernel runs again */
        bool forget;             /* the end is not announced */
} ResyncPlan;

/* Does the plan depend on whether the leader lives? Finding that out means to watch it. */
bool resync_needs_leader(const ResyncFacts *facts);

/* Decides how the session goes on. */
ResyncPlan resync_plan(const ResyncFacts *facts);
