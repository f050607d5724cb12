/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The life of a session as a pure table: phases × events → phase + effects. No I/O, no time, no bus: the
 * engine (session-engine.c) feeds events in and carries effects out. */

#include "shared/session-types.h"

typedef enum SessionPhase {
        PHASE_PREPARING, /* the keeper was asked for; the payload is not at its gate yet */
        PHASE_SCOPING,   /* the payload waits at the gate; its scope is being made */
        PHASE_RELEASING, /* the gate was opened; the program is not known to run yet */
        PHASE_RUNNING,   /* announced on the bus */
        /* A kernel that is started again in its session: */
        PHASE_RESTARTING, /* it was asked to shut down */
        PHASE_CLEARING,   /* it ended, or did not want to; what is left in the scope is being stopped */
        /* The scope is gone; the keeper was asked for another payload, not at its gate yet. */
        PHASE_REFORKING,
        PHASE_RESCOPING, /* as PHASE_SCOPING */
        PHASE_REVIVING,  /* as PHASE_RELEASING */
        PHASE_PARTING,   /* somebody wants it to end; its kernel was asked to shut down */
        PHASE_STOPPING,  /* somebody wants it to end; the scope's stop job is under way */
        /* The leader ended or the start failed; what is left in the scope is being stopped. */
        PHASE_SWEEPING,
        PHASE_KILLING,    /* the stop job took too long; SIGKILL was sent */
        PHASE_DISMISSING, /* the scope is gone; the keeper is being stopped */
        PHASE_ENDED,      /* nothing is left */
        SESSION_PHASE_MAX,
        SESSION_PHASE_INVALID = -EINVAL,
} SessionPhase;

typedef enum SessionEvent {
        EVENT_AT_GATE,      /* the payload said so, and is known to be the user's */
        EVENT_SCOPE_READY,  /* the scope's start job is done */
        EVENT_STARTED,      /* the payload executed its program */
        EVENT_FAILED,       /* the keeper or systemd said why not; the engine noted the reason */
        EVENT_STOP,         /* an authorised request */
        EVENT_SHUT_DOWN,    /* the same, and there is a keeper that can ask the kernel nicely */
        EVENT_RESTART,      /* an authorised request; there is a keeper */
        EVENT_CRASHED,      /* the leader is dead, and is to be started again */
        EVENT_LEADER_ENDED, /* the leader is dead */
        EVENT_SCOPE_GONE,   /* there is no such unit any more, or it is inactive */
        EVENT_KEEPER_GONE,  /* there is no keeper any more, and systemd will not bring it back */
        EVENT_DEADLINE,     /* the phase took longer than the engine allows it */
        SESSION_EVENT_MAX,
} SessionEvent;

/* What a step asks the engine to do, in this order. */
typedef enum SessionEffects {
        EFFECT_START_SCOPE = 1 << 0,
        EFFECT_OPEN_GATE = 1 << 1,
        EFFECT_ANNOUNCE = 1 << 2,  /* export, SessionNew, answer whoever started it, journal */
        EFFECT_THAW = 1 << 3,      /* if it is frozen: what is to end, or to be asked to, has to run */
        EFFECT_SHUT_DOWN = 1 << 4, /* have the keeper ask the kernel; EVENT_FAILED if that cannot be */
        EFFECT_STOP_SCOPE =
                1 << 5, /* stop job: SIGTERM and SIGHUP, later SIGKILL; its end is EVENT_SCOPE_GONE */
        EFFECT_KILL_SCOPE = 1 << 6,  /* SIGKILL to everything in it */
        EFFECT_REFORK = 1 << 7,      /* ask the keeper for another payload: EVENT_AT_GATE or EVENT_FAILED */
        EFFECT_REVIVE = 1 << 8,      /* answer whoever wanted the restart, journal */
        EFFECT_STOP_KEEPER = 1 << 9, /* stop job of the keeper's unit; its end is EVENT_KEEPER_GONE */
        EFFECT_FINISH = 1 << 10,     /* journal, SessionRemoved, answers, record and socket away, free */
} SessionEffects;

typedef struct SessionStep {
        SessionPhase phase;
        SessionEffects effects;
} SessionStep;

/* The table. An event that means nothing in a phase leaves the phase and has no effects. */
SessionStep session_step(SessionPhase phase, SessionEvent event);

/* What the phase is called on the bus. */
SessionState session_phase_state(SessionPhase phase);

/* What has to happen next, for the first time or in a restart. */
typedef enum PhaseAwaits {
        AWAITS_NOTHING,     /* it runs, or has ended */
        AWAITS_GATE,        /* the payload at its gate */
        AWAITS_SCOPE,       /* the scope's start job */
        AWAITS_PROGRAM,     /* the payload executing its program */
        AWAITS_SHUT_DOWN,   /* the kernel, which was asked to shut down, to end */
        AWAITS_SCOPE_GONE,  /* the scope's stop job */
        AWAITS_KILLED,      /* the same after SIGKILL */
        AWAITS_KEEPER_GONE, /* the stop job of the keeper's unit */
} PhaseAwaits;
PhaseAwaits session_phase_awaits(SessionPhase phase);

/* Is the leader's end a part of a restart? */
bool session_phase_expects_end(SessionPhase phase);

/* Is what a scope that has ended leaves to be read done with? */
bool session_phase_has_read_scope(SessionPhase phase);

/* Is a program being brought to life in it, for the first time or again? */
bool session_phase_is_starting(SessionPhase phase);

/* Does the phase end by EVENT_DEADLINE if nothing else happens? PHASE_RUNNING and PHASE_ENDED do not. */
bool session_phase_has_deadline(SessionPhase phase);

const char *session_phase_to_string(SessionPhase phase);
SessionPhase session_phase_from_string(const char *s);
