/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of sessions that an earlier manager left.
 *
 *   record says     scope, keeper there?      what follows
 *   being started   any                       given up and cleaned away: its caller is gone
 *                                             (but kept if the program runs already: then it is whole)
 *   running         scope                     watched again; the keeper is connected to
 *                   no scope, keeper          the keeper says how it ended
 *                   neither                   ended: lost
 *   restarting      keeper                    the restart goes on from there
 *                   no keeper                 ended: restart-failed
 *   being stopped   any                       stopped again; "already gone" is success */

#include "manager/session/resync-plan.h"

bool resync_needs_leader(const ResyncFacts *f) {
        SessionState state = session_phase_state(f->phase);

        if (state == STATE_OPENING)
                return f->scope;
        if (!f->announced)
                return false;
        return state == STATE_RUNNING || state == STATE_RESTARTING ||
                (session_phase_awaits(f->phase) == AWAITS_SHUT_DOWN && f->keeper);
}

/* Plans for a start that nobody waits for any more. If the gate may have been opened, the keeper knows
 * whether it was. */
static ResyncPlan plan_start(const ResyncFacts *f) {
        if (!f->leader || !f->scope ||
                (f->kept && !(f->keeper && session_phase_awaits(f->phase) == AWAITS_PROGRAM)))
                return (ResyncPlan){ .outcome = RESYNC_GIVE_UP };
        if (f->kept)
                return (ResyncPlan){ .outcome = RESYNC_LISTEN, .watch_scope = true, .connect = true };
        return (ResyncPlan){
                .outcome = RESYNC_ENTER,
                .step = session_step(PHASE_RELEASING, EVENT_STARTED),
                .watch_scope = true,
        };
}

static ResyncPlan plan_running(const ResyncFacts *f) {
        ResyncPlan plan = {
                .outcome = RESYNC_LISTEN,
                .connect = f->keeper,
                .follow = !f->keeper && f->watched && f->leader,
        };

        if (!f->leader && f->kept && f->keeper)
                plan.outcome = RESYNC_AWAIT_END;
        else if (!f->leader) {
                plan.outcome = RESYNC_LOSE;
                plan.result = RESULT_LOST;
        }
        return plan;
}

static SessionStep restart_step(const ResyncFacts *f) {
        static const SessionStep clear = { PHASE_CLEARING, EFFECT_THAW | EFFECT_STOP_SCOPE };

        switch (session_phase_awaits(f->phase)) {
        case AWAITS_SHUT_DOWN:
                return f->leader ? (SessionStep){ PHASE_RESTARTING, EFFECT_THAW | EFFECT_SHUT_DOWN } : clear;
        case AWAITS_GATE:
                return (SessionStep){ PHASE_REFORKING, EFFECT_REFORK };
        case AWAITS_SCOPE:
        case AWAITS_PROGRAM:
                if (!f->leader) /* the keeper says whether it can be tried again */
                        return clear;
                if (session_phase_awaits(f->phase) == AWAITS_SCOPE && !f->scope)
                        return (SessionStep){ PHASE_RESCOPING, EFFECT_START_SCOPE };
                return (SessionStep){ .phase = PHASE_REVIVING }; /* STATUS tells whether the gate is open */
        default:
                return clear;
        }
}

/* Plans for a kernel that was being restarted; see session-restart.c. Callers of Restart are gone, and
 * clients learn of its end from the property State. */
static ResyncPlan plan_restart(const ResyncFacts *f) {
        if (!f->keeper)
                return (ResyncPlan){
                        .outcome = RESYNC_ENTER,
                        .step = { PHASE_SWEEPING, EFFECT_THAW | EFFECT_STOP_SCOPE },
                        .result = RESULT_RESTART_FAILED,
                };
        return (ResyncPlan){
                .outcome = RESYNC_ENTER,
                .step = restart_step(f),
                .maybe_seen_running = f->leader && session_phase_awaits(f->phase) == AWAITS_PROGRAM,
                .connect = true,
        };
}

/* Plans for a session that was being stopped. Its kernel is asked to shut down once more, if it is still
 * there. */
static ResyncPlan plan_stop(const ResyncFacts *f) {
        bool ask = session_phase_awaits(f->phase) == AWAITS_SHUT_DOWN && f->keeper && f->leader;

        if (session_phase_awaits(f->phase) == AWAITS_KEEPER_GONE)
                return (ResyncPlan){ .outcome = RESYNC_ENTER,
                        .step = { PHASE_DISMISSING, EFFECT_STOP_KEEPER } };
        return (ResyncPlan){
                .outcome = RESYNC_ENTER,
                .step = ask ? (SessionStep){ PHASE_PARTING, EFFECT_THAW | EFFECT_SHUT_DOWN }
                            : (SessionStep){ PHASE_STOPPING, EFFECT_THAW | EFFECT_STOP_SCOPE },
                .connect = f->keeper,
        };
}

ResyncPlan resync_plan(const ResyncFacts *f) {
        SessionState state = session_phase_state(f->phase);
        ResyncPlan plan;

        if (state == STATE_OPENING)
                return plan_start(f);
        if (!f->announced) /* The start had failed and was being cleaned away; nobody is left to be told. */
                return (ResyncPlan){
                        .outcome = RESYNC_ENTER,
                        .step = { PHASE_SWEEPING, EFFECT_THAW | EFFECT_STOP_SCOPE },
                        .forget = true,
                };
        plan = state == STATE_RUNNING       ? plan_running(f)
                : state == STATE_RESTARTING ? plan_restart(f)
                                            : plan_stop(f);
        plan.count = true;
        plan.watch_scope = f->scope;
        return plan;
}
