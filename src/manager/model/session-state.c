/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The life of a session as a pure table.
 *
 *   PREPARING --at gate--> SCOPING --scope ready--> RELEASING --started--> RUNNING
 *       |                     |                         |                   |   |
 *       | failed, stop, leader ended, deadline          |        stop       |   | leader ended
 *       |                     '-----------.-------------'     .-------------'   |
 *       |                                 v                   v                 |
 *       |                             SWEEPING <-leader-- STOPPING              |
 *       |                                 ^  '--deadline--. | deadline          |
 *       |                                 '---------------+-+-------------------'
 *       |                   scope gone |            KILLING
 *       '----------------> DISMISSING <---------------'  (scope gone, or deadline: nothing more can be done)
 *                              | keeper gone, or deadline
 *                              v
 *                            ENDED
 *
 * Kernels: RUNNING --shut down--> PARTING --leader ended--> SWEEPING, or --failed, deadline--> STOPPING; and
 *
 *   RUNNING --restart--> RESTARTING --leader ended, failed, deadline--> CLEARING --scope gone--.
 *      |  ^                                                               ^                    v
 *      |  |                  crashed                                      |                REFORKING
 *      '--|---------------------------------------------------------------+                    | at gate
 *         '--started-- REVIVING <--scope ready-- RESCOPING <--------------|--------------------'
 *                          '-----------crashed-------'--------------------'
 *
 * where everything else leads from each of these to where it leads from the phase that it is like.
 *
 * From every phase but ENDED a session reaches ENDED by deadlines alone, once anything has set it on its
 * way. */

#include "manager/model/session-state.h"

#define STEP(p, e)                                                           \
        {                                                                    \
                .known = true, .step = {.phase = PHASE_##p, .effects = (e) } \
        }

typedef struct Transition {
        bool known;
        SessionStep step;
} Transition;

static const Transition table[SESSION_PHASE_MAX][SESSION_EVENT_MAX] = {
        [PHASE_PREPARING] = {
                [EVENT_AT_GATE] = STEP(SCOPING, EFFECT_START_SCOPE),
                [EVENT_FAILED] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_STOP] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_LEADER_ENDED] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_KEEPER_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_DEADLINE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
        },
        [PHASE_SCOPING] = {
                [EVENT_SCOPE_READY] = STEP(RELEASING, EFFECT_OPEN_GATE),
                [EVENT_FAILED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_STOP] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_LEADER_ENDED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_KEEPER_GONE] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_DEADLINE] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
        },
        [PHASE_RELEASING] = {
                [EVENT_STARTED] = STEP(RUNNING, EFFECT_ANNOUNCE),
                [EVENT_FAILED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_STOP] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_LEADER_ENDED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_SCOPE_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_KEEPER_GONE] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_DEADLINE] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
        },
        [PHASE_RUNNING] = {
                /* A payload without a keeper goes on, is listed and can be stopped: no row for
                 * KEEPER_GONE. */
                [EVENT_STOP] = STEP(STOPPING, EFFECT_THAW | EFFECT_STOP_SCOPE),
                [EVENT_SHUT_DOWN] = STEP(PARTING, EFFECT_THAW | EFFECT_SHUT_DOWN),
                [EVENT_RESTART] = STEP(RESTARTING, EFFECT_THAW | EFFECT_SHUT_DOWN),
                [EVENT_CRASHED] = STEP(CLEARING, EFFECT_THAW | EFFECT_STOP_SCOPE),
                [EVENT_LEADER_ENDED] = STEP(SWEEPING, EFFECT_THAW | EFFECT_STOP_SCOPE),
                [EVENT_SCOPE_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
        },
        [PHASE_RESTARTING] = {
                [EVENT_FAILED] = STEP(CLEARING, EFFECT_STOP_SCOPE),
                [EVENT_STOP] = STEP(STOPPING, EFFECT_STOP_SCOPE),
                [EVENT_SHUT_DOWN] = STEP(PARTING, EFFECT_SHUT_DOWN),
                [EVENT_LEADER_ENDED] = STEP(CLEARING, EFFECT_STOP_SCOPE),
                [EVENT_SCOPE_GONE] = STEP(REFORKING, EFFECT_REFORK),
                [EVENT_KEEPER_GONE] = STEP(STOPPING, EFFECT_STOP_SCOPE),
                [EVENT_DEADLINE] = STEP(CLEARING, EFFECT_STOP_SCOPE),
        },
        [PHASE_CLEARING] = {
                /* The scope's stop job is under way, whatever comes after it. */
                [EVENT_STOP] = STEP(SWEEPING, 0),
                [EVENT_SHUT_DOWN] = STEP(SWEEPING, 0),
                [EVENT_SCOPE_GONE] = STEP(REFORKING, EFFECT_REFORK),
                [EVENT_KEEPER_GONE] = STEP(SWEEPING, 0),
                [EVENT_DEADLINE] = STEP(KILLING, EFFECT_KILL_SCOPE),
        },
        [PHASE_REFORKING] = {
                /* No row for LEADER_ENDED: there is no leader. */
                [EVENT_AT_GATE] = STEP(RESCOPING, EFFECT_START_SCOPE),
                [EVENT_FAILED] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_STOP] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_SHUT_DOWN] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_KEEPER_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_DEADLINE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
        },
        [PHASE_RESCOPING] = {
                [EVENT_SCOPE_READY] = STEP(REVIVING, EFFECT_OPEN_GATE),
                [EVENT_FAILED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_STOP] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_SHUT_DOWN] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_CRASHED] = STEP(CLEARING, EFFECT_STOP_SCOPE),
                [EVENT_LEADER_ENDED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_KEEPER_GONE] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_DEADLINE] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
        },
        [PHASE_REVIVING] = {
                [EVENT_STARTED] = STEP(RUNNING, EFFECT_REVIVE),
                [EVENT_FAILED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_STOP] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_SHUT_DOWN] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_CRASHED] = STEP(CLEARING, EFFECT_STOP_SCOPE),
                [EVENT_LEADER_ENDED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_SCOPE_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_KEEPER_GONE] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_DEADLINE] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
        },
        [PHASE_PARTING] = {
                [EVENT_FAILED] = STEP(STOPPING, EFFECT_STOP_SCOPE),
                [EVENT_STOP] = STEP(STOPPING, EFFECT_STOP_SCOPE),
                [EVENT_LEADER_ENDED] = STEP(SWEEPING, EFFECT_STOP_SCOPE),
                [EVENT_SCOPE_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_KEEPER_GONE] = STEP(STOPPING, EFFECT_STOP_SCOPE),
                [EVENT_DEADLINE] = STEP(STOPPING, EFFECT_STOP_SCOPE),
        },
        [PHASE_STOPPING] = {
                /* The leader's end does not make the stop job end any sooner: wait for it. */
                [EVENT_LEADER_ENDED] = STEP(SWEEPING, 0),
                [EVENT_SCOPE_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_DEADLINE] = STEP(KILLING, EFFECT_KILL_SCOPE),
        },
        [PHASE_SWEEPING] = {
                [EVENT_SCOPE_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_DEADLINE] = STEP(KILLING, EFFECT_KILL_SCOPE),
        },
        [PHASE_KILLING] = {
                [EVENT_SCOPE_GONE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
                [EVENT_DEADLINE] = STEP(DISMISSING, EFFECT_STOP_KEEPER),
        },
        [PHASE_DISMISSING] = {
                [EVENT_KEEPER_GONE] = STEP(ENDED, EFFECT_FINISH),
                [EVENT_DEADLINE] = STEP(ENDED, EFFECT_FINISH),
        },
};

static const char *const phase_names[SESSION_PHASE_MAX] = {
        [PHASE_PREPARING] = "preparing",
        [PHASE_SCOPING] = "scoping",
        [PHASE_RELEASING] = "releasing",
        [PHASE_RUNNING] = "running",
        [PHASE_RESTARTING] = "restarting",
        [PHASE_CLEARING] = "clearing",
        [PHASE_REFORKING] = "reforking",
        [PHASE_RESCOPING] = "rescoping",
        [PHASE_REVIVING] = "reviving",
        [PHASE_PARTING] = "parting",
        [PHASE_STOPPING] = "stopping",
        [PHASE_SWEEPING] = "sweeping",
        [PHASE_KILLING] = "killing",
        [PHASE_DISMISSING] = "dismissing",
        [PHASE_ENDED] = "ended",
};

SessionStep session_step(SessionPhase phase, SessionEvent event) {
        assert(phase >= 0 && phase < SESSION_PHASE_MAX);
        assert(event >= 0 && event < SESSION_EVENT_MAX);

        if (!table[phase][event].known)
                return (SessionStep){ .phase = phase };
        return table[phase][event].step;
}

SessionState session_phase_state(SessionPhase phase) {
        if (phase < PHASE_RUNNING)
                return STATE_OPENING;
        if (phase == PHASE_RUNNING)
                return STATE_RUNNING;
        if (phase < PHASE_PARTING)
                return STATE_RESTARTING;
        return phase == PHASE_ENDED ? STATE_ENDED : STATE_CLOSING;
}

PhaseAwaits session_phase_awaits(SessionPhase phase) {
        static const PhaseAwaits awaits[SESSION_PHASE_MAX] = {
                [PHASE_PREPARING] = AWAITS_GATE,
                [PHASE_SCOPING] = AWAITS_SCOPE,
                [PHASE_RELEASING] = AWAITS_PROGRAM,
                [PHASE_RUNNING] = AWAITS_NOTHING,
                [PHASE_RESTARTING] = AWAITS_SHUT_DOWN,
                [PHASE_CLEARING] = AWAITS_SCOPE_GONE,
                [PHASE_REFORKING] = AWAITS_GATE,
                [PHASE_RESCOPING] = AWAITS_SCOPE,
                [PHASE_REVIVING] = AWAITS_PROGRAM,
                [PHASE_PARTING] = AWAITS_SHUT_DOWN,
                [PHASE_STOPPING] = AWAITS_SCOPE_GONE,
                [PHASE_SWEEPING] = AWAITS_SCOPE_GONE,
                [PHASE_KILLING] = AWAITS_KILLED,
                [PHASE_DISMISSING] = AWAITS_KEEPER_GONE,
                [PHASE_ENDED] = AWAITS_NOTHING,
        };

        assert(phase >= 0 && phase < SESSION_PHASE_MAX);
        return awaits[phase];
}

bool session_phase_expects_end(SessionPhase phase) {
        return phase == PHASE_RESTARTING || phase == PHASE_CLEARING;
}

bool session_phase_has_read_scope(SessionPhase phase) {
        return phase == PHASE_REFORKING || phase == PHASE_RESCOPING || phase == PHASE_DISMISSING;
}

bool session_phase_is_starting(SessionPhase phase) {
        SessionState state = session_phase_state(phase);

        return state == STATE_OPENING || state == STATE_RESTARTING;
}

bool session_phase_has_deadline(SessionPhase phase) {
        return phase != PHASE_RUNNING && phase != PHASE_ENDED;
}

const char *session_phase_to_string(SessionPhase phase) {
        return phase >= 0 && phase < SESSION_PHASE_MAX ? phase_names[phase] : NULL;
}

SessionPhase session_phase_from_string(const char *s) {
        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++)
                if (streq(phase_names[phase], s))
                        return phase;
        return SESSION_PHASE_INVALID;
}
