/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The whole table of a session's life: what holds for every phase and event, and the ways through it. */

#include "manager/model/session-state.h"
#include "tests/unit/test-main.h"

/* An effect belongs to the phase that is entered with it, and to no other. */
TEST(effects_belong_to_phases) {
        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++)
                for (SessionEvent event = 0; event < SESSION_EVENT_MAX; event++) {
                        SessionStep step = session_step(phase, event);
                        bool entered = step.phase != phase;

                        ck_assert(step.phase >= 0 && step.phase < SESSION_PHASE_MAX);
                        ck_assert(entered || step.effects == 0);
                        ck_assert_int_eq(!!(step.effects & EFFECT_START_SCOPE),
                                entered && (step.phase == PHASE_SCOPING || step.phase == PHASE_RESCOPING));
                        ck_assert_int_eq(!!(step.effects & EFFECT_OPEN_GATE),
                                entered && (step.phase == PHASE_RELEASING || step.phase == PHASE_REVIVING));
                        ck_assert_int_eq(!!(step.effects & EFFECT_ANNOUNCE),
                                entered && step.phase == PHASE_RUNNING && phase == PHASE_RELEASING);
                        ck_assert_int_eq(!!(step.effects & EFFECT_REVIVE),
                                entered && step.phase == PHASE_RUNNING && phase == PHASE_REVIVING);
                        ck_assert_int_eq(!!(step.effects & EFFECT_SHUT_DOWN),
                                entered && (step.phase == PHASE_PARTING || step.phase == PHASE_RESTARTING));
                        /* Only what runs can be frozen; and what is to end, or to be asked to, has to
                         * run. */
                        ck_assert_int_eq(!!(step.effects & EFFECT_THAW),
                                phase == PHASE_RUNNING &&
                                        (step.effects & (EFFECT_SHUT_DOWN | EFFECT_STOP_SCOPE)));
                        ck_assert_int_eq(
                                !!(step.effects & EFFECT_REFORK), entered && step.phase == PHASE_REFORKING);
                        ck_assert_int_eq(!!(step.effects & EFFECT_KILL_SCOPE),
                                entered && step.phase == PHASE_KILLING);
                        ck_assert_int_eq(!!(step.effects & EFFECT_STOP_KEEPER),
                                entered && step.phase == PHASE_DISMISSING);
                        ck_assert_int_eq(
                                !!(step.effects & EFFECT_FINISH), entered && step.phase == PHASE_ENDED);
                        if (step.effects & EFFECT_STOP_SCOPE)
                                ck_assert(step.phase == PHASE_STOPPING || step.phase == PHASE_SWEEPING ||
                                        step.phase == PHASE_CLEARING);
                }
}

TEST(nothing_leaves_the_end) {
        for (SessionEvent event = 0; event < SESSION_EVENT_MAX; event++) {
                SessionStep step = session_step(PHASE_ENDED, event);

                ck_assert_int_eq(step.phase, PHASE_ENDED);
                ck_assert_int_eq(step.effects, 0);
        }
}

/* Opening, running, closing, ended: never back, but for a kernel that runs again. (From stopping to sweeping
 * and on to killing is all "closing".) */
TEST(states_never_go_back) {
        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++)
                for (SessionEvent event = 0; event < SESSION_EVENT_MAX; event++) {
                        SessionStep step = session_step(phase, event);

                        if (phase == PHASE_REVIVING && event == EVENT_STARTED)
                                continue;
                        ck_assert_int_ge(session_phase_state(step.phase), session_phase_state(phase));
                        if (session_phase_state(phase) == STATE_OPENING)
                                ck_assert_int_ge(step.phase, phase);
                }
}

static unsigned steps_to_the_end(SessionPhase phase, const SessionEvent *events, size_t n) {
        unsigned finished = 0, steps = 0;

        while (phase != PHASE_ENDED && steps < 100) {
                SessionStep step = session_step(phase, events[steps % n]);

                finished += !!(step.effects & EFFECT_FINISH);
                phase = step.phase;
                steps++;
        }
        ck_assert_msg(phase == PHASE_ENDED, "stuck in %s", session_phase_to_string(phase));
        ck_assert_uint_le(finished, 1);
        return steps;
}

/* Whatever is lost, time goes on. */
TEST(deadlines_lead_to_the_end) {
        static const SessionEvent deadline[] = { EVENT_DEADLINE };

        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++) {
                ck_assert_int_eq(
                        session_phase_has_deadline(phase), phase != PHASE_RUNNING && phase != PHASE_ENDED);
                if (session_phase_has_deadline(phase)) {
                        ck_assert_int_ne(session_step(phase, EVENT_DEADLINE).phase, phase);
                        ck_assert_uint_le(steps_to_the_end(phase, deadline, 1), 4);
                }
        }
        ck_assert_int_eq(session_step(PHASE_RUNNING, EVENT_DEADLINE).phase, PHASE_RUNNING);
}

TEST(any_reason_sets_on_the_way_to_the_end) {
        static const SessionEvent reasons[] = { EVENT_STOP, EVENT_SHUT_DOWN, EVENT_LEADER_ENDED };

        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++)
                for (size_t i = 0; i < ELEMENTSOF(reasons); i++) {
                        const SessionEvent events[] = { reasons[i], EVENT_DEADLINE };

                        /* Before a kernel runs there is nobody to be asked nicely. */
                        if (phase < PHASE_RUNNING && reasons[i] == EVENT_SHUT_DOWN)
                                continue;

                        (void) steps_to_the_end(phase, events, ELEMENTSOF(events));
                }
}

TEST(units_gone_lead_to_the_end) {
        static const SessionEvent gone[] = { EVENT_SCOPE_GONE, EVENT_KEEPER_GONE };

        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++)
                ck_assert_uint_le(steps_to_the_end(phase, gone, ELEMENTSOF(gone)), 4);
}

/* Every cell once more after it happened: the second time the same event must not repeat the effects of the
 * first. */
TEST(repeated_events_do_not_repeat_effects) {
        static const SessionEvent once[] = { EVENT_AT_GATE, EVENT_SCOPE_READY, EVENT_STARTED, EVENT_FAILED,
                EVENT_STOP, EVENT_SHUT_DOWN, EVENT_RESTART, EVENT_CRASHED, EVENT_LEADER_ENDED,
                EVENT_SCOPE_GONE };

        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++)
                for (size_t i = 0; i < ELEMENTSOF(once); i++) {
                        SessionStep first = session_step(phase, once[i]);
                        SessionStep second = session_step(first.phase, once[i]);

                        ck_assert_msg(first.effects == 0 || second.effects == 0,
                                "event %d twice in phase %s", once[i], session_phase_to_string(phase));
                }
}

static void assert_life(const SessionEvent *events, const SessionPhase *phases, size_t n) {
        SessionPhase phase = PHASE_PREPARING;

        for (size_t i = 0; i < n; i++) {
                phase = session_step(phase, events[i]).phase;
                ck_assert_msg(phase == phases[i], "step %zu leads to %s, not %s", i,
                        session_phase_to_string(phase), session_phase_to_string(phases[i]));
        }
}

#define ASSERT_LIFE(...)                                             \
        do {                                                         \
                static const struct {                                \
                        SessionEvent event;                          \
                        SessionPhase phase;                          \
                } steps_[] = { __VA_ARGS__ };                        \
                SessionEvent events_[ELEMENTSOF(steps_)];            \
                SessionPhase phases_[ELEMENTSOF(steps_)];            \
                for (size_t i_ = 0; i_ < ELEMENTSOF(steps_); i_++) { \
                        events_[i_] = steps_[i_].event;              \
                        phases_[i_] = steps_[i_].phase;              \
                }                                                    \
                assert_life(events_, phases_, ELEMENTSOF(steps_));   \
        } while (false)

#define OPENING                                                                     \
        { EVENT_AT_GATE, PHASE_SCOPING }, { EVENT_SCOPE_READY, PHASE_RELEASING }, { \
                EVENT_STARTED, PHASE_RUNNING                                        \
        }

TEST(lives) {
        /* exits by itself, and leaves nothing */
        ASSERT_LIFE(OPENING, { EVENT_LEADER_ENDED, PHASE_SWEEPING }, { EVENT_SCOPE_GONE, PHASE_DISMISSING },
                { EVENT_KEEPER_GONE, PHASE_ENDED });
        /* stopped by us */
        ASSERT_LIFE(OPENING, { EVENT_STOP, PHASE_STOPPING }, { EVENT_LEADER_ENDED, PHASE_SWEEPING },
                { EVENT_SCOPE_GONE, PHASE_DISMISSING }, { EVENT_KEEPER_GONE, PHASE_ENDED });
        /* stopped by systemctl */
        ASSERT_LIFE(OPENING, { EVENT_SCOPE_GONE, PHASE_DISMISSING },
                { EVENT_LEADER_ENDED, PHASE_DISMISSING }, { EVENT_KEEPER_GONE, PHASE_ENDED });
        /* does not want to end */
        ASSERT_LIFE(OPENING, { EVENT_STOP, PHASE_STOPPING }, { EVENT_DEADLINE, PHASE_KILLING },
                { EVENT_SCOPE_GONE, PHASE_DISMISSING }, { EVENT_KEEPER_GONE, PHASE_ENDED });
        /* goes on without its keeper */
        ASSERT_LIFE(OPENING, { EVENT_KEEPER_GONE, PHASE_RUNNING }, { EVENT_STOP, PHASE_STOPPING });
        /* no such command */
        ASSERT_LIFE({ EVENT_FAILED, PHASE_DISMISSING }, { EVENT_KEEPER_GONE, PHASE_ENDED });
        /* That it cannot be reached does not mean that its unit is gone. */
        ASSERT_LIFE({ EVENT_KEEPER_GONE, PHASE_DISMISSING }, { EVENT_KEEPER_GONE, PHASE_ENDED });
        /* no scope: the payload at its gate is not released */
        ASSERT_LIFE({ EVENT_AT_GATE, PHASE_SCOPING }, { EVENT_FAILED, PHASE_SWEEPING },
                { EVENT_SCOPE_READY, PHASE_SWEEPING }, { EVENT_SCOPE_GONE, PHASE_DISMISSING },
                { EVENT_KEEPER_GONE, PHASE_ENDED });
}

#define RESTARTED                                                                  \
        { EVENT_SCOPE_GONE, PHASE_REFORKING }, { EVENT_AT_GATE, PHASE_RESCOPING }, \
                { EVENT_SCOPE_READY, PHASE_REVIVING }, {                           \
                EVENT_STARTED, PHASE_RUNNING                                       \
        }

TEST(lives_of_kernels) {
        /* shut down */
        ASSERT_LIFE(OPENING, { EVENT_SHUT_DOWN, PHASE_PARTING }, { EVENT_LEADER_ENDED, PHASE_SWEEPING },
                { EVENT_SCOPE_GONE, PHASE_DISMISSING }, { EVENT_KEEPER_GONE, PHASE_ENDED });
        /* does not shut down, but minds SIGTERM */
        ASSERT_LIFE(OPENING, { EVENT_SHUT_DOWN, PHASE_PARTING }, { EVENT_DEADLINE, PHASE_STOPPING },
                { EVENT_LEADER_ENDED, PHASE_SWEEPING }, { EVENT_SCOPE_GONE, PHASE_DISMISSING });
        /* its keeper cannot ask it */
        ASSERT_LIFE(OPENING, { EVENT_SHUT_DOWN, PHASE_PARTING }, { EVENT_FAILED, PHASE_STOPPING });
        ASSERT_LIFE(OPENING, { EVENT_SHUT_DOWN, PHASE_PARTING }, { EVENT_KEEPER_GONE, PHASE_STOPPING });
        /* restarted, twice; the second time it does not want to end */
        ASSERT_LIFE(OPENING, { EVENT_RESTART, PHASE_RESTARTING }, { EVENT_LEADER_ENDED, PHASE_CLEARING },
                RESTARTED, { EVENT_RESTART, PHASE_RESTARTING }, { EVENT_DEADLINE, PHASE_CLEARING },
                { EVENT_LEADER_ENDED, PHASE_CLEARING }, RESTARTED);
        /* crashed, started again, stopped */
        ASSERT_LIFE(OPENING, { EVENT_CRASHED, PHASE_CLEARING }, RESTARTED,
                { EVENT_SHUT_DOWN, PHASE_PARTING }, { EVENT_LEADER_ENDED, PHASE_SWEEPING });
        /* dies at its gate, once before there is a scope for it and once after */
        ASSERT_LIFE(OPENING, { EVENT_RESTART, PHASE_RESTARTING }, { EVENT_LEADER_ENDED, PHASE_CLEARING },
                { EVENT_SCOPE_GONE, PHASE_REFORKING }, { EVENT_AT_GATE, PHASE_RESCOPING },
                { EVENT_CRASHED, PHASE_CLEARING }, { EVENT_SCOPE_GONE, PHASE_REFORKING },
                { EVENT_AT_GATE, PHASE_RESCOPING }, { EVENT_SCOPE_READY, PHASE_REVIVING },
                { EVENT_CRASHED, PHASE_CLEARING }, RESTARTED);
        /* does not come back */
        ASSERT_LIFE(OPENING, { EVENT_CRASHED, PHASE_CLEARING }, { EVENT_SCOPE_GONE, PHASE_REFORKING },
                { EVENT_FAILED, PHASE_DISMISSING }, { EVENT_KEEPER_GONE, PHASE_ENDED });
}

/* Wherever a restart is, somebody who wants the session to end has it ended. */
TEST(restarts_can_be_stopped) {
        static const SessionEvent stops[] = { EVENT_STOP, EVENT_SHUT_DOWN };

        for (SessionPhase phase = PHASE_RESTARTING; phase <= PHASE_REVIVING; phase++)
                for (size_t i = 0; i < ELEMENTSOF(stops); i++) {
                        ck_assert_int_eq(session_phase_state(phase), STATE_RESTARTING);
                        ck_assert_int_eq(
                                session_phase_state(session_step(phase, stops[i]).phase), STATE_CLOSING);
                }
}

/* Whatever comes before its turn is not taken for it: above all no gate opens before there is a scope. */
TEST(events_before_their_turn_do_nothing) {
        ck_assert_int_eq(session_step(PHASE_PREPARING, EVENT_SCOPE_READY).phase, PHASE_PREPARING);
        ck_assert_int_eq(session_step(PHASE_PREPARING, EVENT_STARTED).phase, PHASE_PREPARING);
        ck_assert_int_eq(session_step(PHASE_SCOPING, EVENT_STARTED).phase, PHASE_SCOPING);
        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++) {
                if (phase != PHASE_SCOPING && phase != PHASE_RESCOPING)
                        ck_assert(!(session_step(phase, EVENT_SCOPE_READY).effects & EFFECT_OPEN_GATE));
                if (phase != PHASE_RELEASING)
                        ck_assert(!(session_step(phase, EVENT_STARTED).effects & EFFECT_ANNOUNCE));
        }
}

TEST(words_lead_back) {
        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++) {
                ck_assert_ptr_nonnull(session_phase_to_string(phase));
                ck_assert_int_eq(session_phase_from_string(session_phase_to_string(phase)), phase);
        }
        ck_assert_ptr_null(session_phase_to_string(SESSION_PHASE_MAX));
        ck_assert_ptr_null(session_phase_to_string(SESSION_PHASE_INVALID));
        ck_assert_int_eq(session_phase_from_string("no such word"), SESSION_PHASE_INVALID);
        ck_assert_int_eq(session_phase_from_string(""), SESSION_PHASE_INVALID);
}

TEST(states_of_phases) {
        ck_assert_int_eq(session_phase_state(PHASE_PREPARING), STATE_OPENING);
        ck_assert_int_eq(session_phase_state(PHASE_RELEASING), STATE_OPENING);
        ck_assert_int_eq(session_phase_state(PHASE_RUNNING), STATE_RUNNING);
        ck_assert_int_eq(session_phase_state(PHASE_RESTARTING), STATE_RESTARTING);
        ck_assert_int_eq(session_phase_state(PHASE_REVIVING), STATE_RESTARTING);
        ck_assert(session_phase_is_starting(PHASE_PREPARING) && session_phase_is_starting(PHASE_REFORKING));
        ck_assert(!session_phase_is_starting(PHASE_RUNNING) && !session_phase_is_starting(PHASE_PARTING));
        ck_assert_int_eq(session_phase_state(PHASE_PARTING), STATE_CLOSING);
        ck_assert_int_eq(session_phase_state(PHASE_STOPPING), STATE_CLOSING);
        ck_assert_int_eq(session_phase_state(PHASE_DISMISSING), STATE_CLOSING);
        ck_assert_int_eq(session_phase_state(PHASE_ENDED), STATE_ENDED);
}

/* What a phase awaits is what takes it on. */
TEST(what_is_awaited_takes_it_on) {
        static const struct {
                PhaseAwaits awaits;
                SessionEvent event;
                bool only; /* nothing else is taken on by it */
        } table[] = {
                { AWAITS_GATE, EVENT_AT_GATE, true },
                { AWAITS_SCOPE, EVENT_SCOPE_READY, true },
                { AWAITS_PROGRAM, EVENT_STARTED, true },
                { AWAITS_SHUT_DOWN, EVENT_LEADER_ENDED, false },
                { AWAITS_SCOPE_GONE, EVENT_SCOPE_GONE, false },
                { AWAITS_KILLED, EVENT_SCOPE_GONE, false },
                { AWAITS_KEEPER_GONE, EVENT_KEEPER_GONE, false },
        };

        for (SessionPhase phase = 0; phase < SESSION_PHASE_MAX; phase++) {
                PhaseAwaits awaits = session_phase_awaits(phase);

                ck_assert_int_eq(awaits == AWAITS_NOTHING, !session_phase_has_deadline(phase));
                for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                        bool leaves = session_step(phase, table[i].event).phase != phase;

                        ck_assert(awaits != table[i].awaits || leaves);
                        ck_assert(awaits == table[i].awaits || !leaves || !table[i].only);
                }
                if (session_phase_expects_end(phase))
                        ck_assert_int_eq(session_phase_state(phase), STATE_RESTARTING);
                if (session_phase_has_read_scope(phase))
                        ck_assert_int_eq(session_step(phase, EVENT_SCOPE_GONE).phase, phase);
        }
}

TEST_MAIN(effects_belong_to_phases, nothing_leaves_the_end, states_never_go_back, deadlines_lead_to_the_end,
        any_reason_sets_on_the_way_to_the_end, units_gone_lead_to_the_end,
        repeated_events_do_not_repeat_effects, lives, lives_of_kernels, restarts_can_be_stopped,
        events_before_their_turn_do_nothing, words_lead_back, states_of_phases, what_is_awaited_takes_it_on);
