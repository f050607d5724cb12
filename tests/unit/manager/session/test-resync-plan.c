/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of a session of an earlier manager: every record with everything that can be there of it. */

#include "manager/session/resync-plan.h"
#include "tests/unit/test-main.h"

/* What a row says of a fact: it is so, it is not, or the row holds for both. */
typedef enum Fact {
        NO,
        YES,
        ANY,
} Fact;

/* Who has the payload: a keeper, nobody (registered), nobody but a keeper follows it. */
typedef enum Kind {
        KEPT = 1 << 0,
        REGISTERED = 1 << 1,
        WATCHED = 1 << 2,
        ALL = KEPT | REGISTERED | WATCHED,
} Kind;

/* ResyncPlan's booleans. */
typedef enum Doing {
        COUNT = 1 << 0,
        WATCH_SCOPE = 1 << 1, /* if there is one */
        CONNECT = 1 << 2,
        FOLLOW = 1 << 3,
        FORGET = 1 << 4,
} Doing;

#define STARTING (1 << PHASE_PREPARING | 1 << PHASE_SCOPING | 1 << PHASE_RELEASING)
#define RESTARTING                                                                                   \
        (1 << PHASE_RESTARTING | 1 << PHASE_CLEARING | 1 << PHASE_REFORKING | 1 << PHASE_RESCOPING | \
                1 << PHASE_REVIVING)
#define GATED              (1 << PHASE_RESCOPING | 1 << PHASE_REVIVING)
#define CLOSING            (1 << PHASE_PARTING | 1 << PHASE_STOPPING | 1 << PHASE_SWEEPING | 1 << PHASE_KILLING)
#define LATER              (1 << PHASE_RUNNING | RESTARTING | CLOSING | 1 << PHASE_DISMISSING)
#define NOT(phases, phase) ((phases) & ~(1 << (phase)))

#define STOP_SCOPE (EFFECT_THAW | EFFECT_STOP_SCOPE)
#define SHUT_DOWN  (EFFECT_THAW | EFFECT_SHUT_DOWN)

static const struct Row {
        unsigned phases; /* 1 << phase */
        Kind kinds;
        Fact announced, scope, keeper, leader;
        ResyncOutcome outcome;
        SessionStep step;
        SessionResult result;
        unsigned doing;
} rows[] = {
        /* A start is given up, unless its program may run already. */
        { STARTING, ALL, ANY, ANY, ANY, NO, RESYNC_GIVE_UP, {}, RESULT_NONE, 0 },
        { STARTING, KEPT, ANY, YES, NO, YES, RESYNC_GIVE_UP, {}, RESULT_NONE, 0 },
        { NOT(STARTING, PHASE_RELEASING), KEPT, ANY, YES, YES, YES, RESYNC_GIVE_UP, {}, RESULT_NONE, 0 },
        { 1 << PHASE_RELEASING, KEPT, ANY, YES, YES, YES, RESYNC_LISTEN, {}, RESULT_NONE,
                WATCH_SCOPE | CONNECT },
        { STARTING, REGISTERED | WATCHED, ANY, YES, ANY, YES, RESYNC_ENTER,
                { PHASE_RUNNING, EFFECT_ANNOUNCE }, RESULT_NONE, WATCH_SCOPE },

        /* What clients never heard of is cleaned away. */
        { LATER, ALL, NO, ANY, ANY, ANY, RESYNC_ENTER, { PHASE_SWEEPING, STOP_SCOPE }, RESULT_NONE, FORGET },

        /* What ran runs on, or ended meanwhile. */
        { 1 << PHASE_RUNNING, ALL, YES, ANY, YES, YES, RESYNC_LISTEN, {}, RESULT_NONE,
                COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_RUNNING, KEPT | REGISTERED, YES, ANY, NO, YES, RESYNC_LISTEN, {}, RESULT_NONE,
                COUNT | WATCH_SCOPE },
        { 1 << PHASE_RUNNING, WATCHED, YES, ANY, NO, YES, RESYNC_LISTEN, {}, RESULT_NONE,
                COUNT | WATCH_SCOPE | FOLLOW },
        { 1 << PHASE_RUNNING, KEPT, YES, ANY, YES, NO, RESYNC_AWAIT_END, {}, RESULT_NONE,
                COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_RUNNING, REGISTERED | WATCHED, YES, ANY, YES, NO, RESYNC_LOSE, {}, RESULT_LOST,
                COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_RUNNING, ALL, YES, ANY, NO, NO, RESYNC_LOSE, {}, RESULT_LOST, COUNT | WATCH_SCOPE },

        /* A restart goes on from where it was, if there is a keeper for it. */
        { RESTARTING, ALL, YES, ANY, NO, ANY, RESYNC_ENTER, { PHASE_SWEEPING, STOP_SCOPE },
                RESULT_RESTART_FAILED, COUNT | WATCH_SCOPE },
        { 1 << PHASE_RESTARTING, ALL, YES, ANY, YES, YES, RESYNC_ENTER, { PHASE_RESTARTING, SHUT_DOWN },
                RESULT_NONE, COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_RESTARTING | GATED, ALL, YES, ANY, YES, NO, RESYNC_ENTER,
                { PHASE_CLEARING, STOP_SCOPE }, RESULT_NONE, COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_CLEARING, ALL, YES, ANY, YES, ANY, RESYNC_ENTER, { PHASE_CLEARING, STOP_SCOPE },
                RESULT_NONE, COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_REFORKING, ALL, YES, ANY, YES, ANY, RESYNC_ENTER, { PHASE_REFORKING, EFFECT_REFORK },
                RESULT_NONE, COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_RESCOPING, ALL, YES, NO, YES, YES, RESYNC_ENTER,
                { PHASE_RESCOPING, EFFECT_START_SCOPE }, RESULT_NONE, COUNT | CONNECT },
        { 1 << PHASE_RESCOPING, ALL, YES, YES, YES, YES, RESYNC_ENTER, { PHASE_REVIVING, 0 }, RESULT_NONE,
                COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_REVIVING, ALL, YES, ANY, YES, YES, RESYNC_ENTER, { PHASE_REVIVING, 0 }, RESULT_NONE,
                COUNT | WATCH_SCOPE | CONNECT },

        /* A stop is asked for again. */
        { 1 << PHASE_PARTING, ALL, YES, ANY, YES, YES, RESYNC_ENTER, { PHASE_PARTING, SHUT_DOWN },
                RESULT_NONE, COUNT | WATCH_SCOPE | CONNECT },
        { 1 << PHASE_PARTING, ALL, YES, ANY, YES, NO, RESYNC_ENTER, { PHASE_STOPPING, STOP_SCOPE },
                RESULT_NONE, COUNT | WATCH_SCOPE | CONNECT },
        { NOT(CLOSING, PHASE_PARTING), ALL, YES, ANY, YES, ANY, RESYNC_ENTER, { PHASE_STOPPING, STOP_SCOPE },
                RESULT_NONE, COUNT | WATCH_SCOPE | CONNECT },
        { CLOSING, ALL, YES, ANY, NO, ANY, RESYNC_ENTER, { PHASE_STOPPING, STOP_SCOPE }, RESULT_NONE,
                COUNT | WATCH_SCOPE },
        { 1 << PHASE_DISMISSING, ALL, YES, ANY, ANY, ANY, RESYNC_ENTER,
                { PHASE_DISMISSING, EFFECT_STOP_KEEPER }, RESULT_NONE, COUNT | WATCH_SCOPE },
};

static bool holds(Fact expected, bool fact) {
        return expected == ANY || (expected == YES) == fact;
}

static bool matches(const struct Row *row, const ResyncFacts *f) {
        Kind kind = f->kept ? KEPT : f->watched ? WATCHED : REGISTERED;

        return row->phases & 1U << f->phase && row->kinds & kind && holds(row->announced, f->announced) &&
                holds(row->scope, f->scope) && holds(row->keeper, f->keeper) &&
                holds(row->leader, f->leader);
}

/* The facts of this number: each bit is one. False: they contradict each other. */
static bool get_facts(SessionPhase phase, unsigned bits, ResyncFacts *ret) {
        *ret = (ResyncFacts){
                .phase = phase,
                .announced = bits & 1,
                .kept = bits & 2,
                .watched = bits & 4,
                .scope = bits & 8,
                .keeper = bits & 16,
        };
        ret->leader = bits & 32 && resync_needs_leader(ret);
        return !(ret->kept && ret->watched) && (bits & 32 ? ret->leader : true);
}

TEST(every_combination_has_one_row) {
        bool used[ELEMENTSOF(rows)] = {};

        for (SessionPhase phase = 0; phase < PHASE_ENDED; phase++)
                for (unsigned bits = 0; bits < 64; bits++) {
                        const struct Row *row = NULL;
                        ResyncFacts facts;
                        ResyncPlan plan;

                        if (!get_facts(phase, bits, &facts))
                                continue;
                        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                                if (matches(rows + i, &facts)) {
                                        ck_assert_msg(!row, "two rows for phase %s, facts %x",
                                                session_phase_to_string(phase), bits);
                                        row = rows + i;
                                        used[i] = true;
                                }
                        ck_assert_msg(!!row, "no row for phase %s, facts %x", session_phase_to_string(phase),
                                bits);
                        plan = resync_plan(&facts);
                        ck_assert_int_eq(plan.outcome, row->outcome);
                        ck_assert_int_eq(plan.step.phase, row->step.phase);
                        ck_assert_int_eq(plan.step.effects, row->step.effects);
                        ck_assert_int_eq(plan.result, row->result);
                        ck_assert_int_eq(plan.count, !!(row->doing & COUNT));
                        ck_assert_int_eq(plan.watch_scope, row->doing & WATCH_SCOPE && facts.scope);
                        ck_assert_int_eq(plan.connect, !!(row->doing & CONNECT));
                        ck_assert_int_eq(plan.follow, !!(row->doing & FOLLOW));
                        ck_assert_int_eq(plan.forget, !!(row->doing & FORGET));
                }
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                ck_assert_msg(used[i], "nothing ever takes row %zu", i);
}

/* The leader is looked for only where it makes a difference, as to look for it is to watch it. */
TEST(needs_the_leader_where_it_makes_a_difference) {
        for (SessionPhase phase = 0; phase < PHASE_ENDED; phase++)
                for (unsigned bits = 0; bits < 32; bits++) {
                        ResyncFacts facts;
                        ResyncPlan with, without;

                        if (!get_facts(phase, bits, &facts) || resync_needs_leader(&facts))
                                continue;
                        without = resync_plan(&facts);
                        facts.leader = true;
                        with = resync_plan(&facts);
                        ck_assert_int_eq(with.outcome, without.outcome);
                        ck_assert_int_eq(with.step.phase, without.step.phase);
                        ck_assert_int_eq(with.step.effects, without.step.effects);
                }
}

TEST_MAIN(every_combination_has_one_row, needs_the_leader_where_it_makes_a_difference);
