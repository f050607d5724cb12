/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Takes up what an earlier manager left: finds out what is there of each session on record, and carries out
 * what resync-plan.c decides. Of units without a record, scopes become sessions again, and keepers without a
 * scope are stopped. */

#include "manager/session/resync.h"
#include "manager/keepers/keeper-link.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/session-counts.h"
#include "manager/registry/session-table.h"
#include "manager/session/adopt.h"
#include "manager/session/resync-plan.h"
#include "manager/session/scope-events.h"
#include "manager/session/session-engine.h"
#include "manager/session/session-event.h"
#include "manager/session/session-keeper.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-record.h"
#include "manager/session/session-watch.h"
#include "manager/session/session.h"
#include "manager/systemd/systemd-references.h"
#include "manager/systemd/systemd-units.h"
#include "manager/systemd/systemd.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"

static bool is_listed(char *const *units, const char *unit) {
        STRV_FOREACH(one, units)
                if (streq(*one, unit))
                        return true;
        return false;
}

/* A scope that has ended is of use until its remains were read (systemd-scope-end.c). */
static bool scope_is_of_use(const Session *s, char *const *active, char *const *ended) {
        return is_listed(active, s->scope.unit) ||
                (is_listed(ended, s->scope.unit) && !session_phase_has_read_scope(s->phase));
}

/* Carries out the rest of the plan, with the keeper connected to already. */
static void carry_out(Session *s, const ResyncPlan *plan) {
        if (plan->result != RESULT_NONE)
                session_set_result(s, plan->result);
        switch (plan->outcome) {
        case RESYNC_LISTEN:
                return;
        case RESYNC_ENTER:
                s->restart.maybe_seen_running = plan->maybe_seen_running;
                session_enter(s, plan->step);
                return;
        case RESYNC_GIVE_UP:
                session_fail(s, ERROR_START_FAILED,
                        "The manager was restarted while the session was being started.");
                return;
        case RESYNC_AWAIT_END:
                session_await_ended(s);
                return;
        case RESYNC_LOSE:
                session_on_ended(s, 0, -1);
                return;
        }
}

static void resume(Session *s, char *const *active, char *const *ended) {
        ResyncFacts facts = {
                .phase = s->phase,
                .announced = s->announced,
                .kept = s->kept,
                .watched = s->watched,
                .scope = is_listed(active, s->scope.unit),
                .keeper = s->keeper.unit[0] && is_listed(active, s->keeper.unit),
        };
        ResyncPlan plan;

        if (scope_is_of_use(s, active, ended))
                systemd_reference_scope(s);
        if (session_phase_state(s->phase) == STATE_OPENING)
                session_begin(s);
        facts.leader = resync_needs_leader(&facts) && s->leader.pid > 0 && session_find_leader(s) >= 0;
        /* A leader that has left the scope has to end with it, too. */
        if (session_phase_awaits(s->phase) == AWAITS_SCOPE_GONE ||
                session_phase_awaits(s->phase) == AWAITS_KILLED)
                (void) session_find_leader(s);
        plan = resync_plan(&facts);

        s->superseded = s->superseded || plan.forget;
        if (plan.count)
                manager_count(s->manager, s, +1);
        if (plan.watch_scope)
                scope_events_start(s);
        if (plan.connect)
                session_connect_keeper(s);
        else if (plan.follow)
                session_watch(s);
        /* A restart needs its keeper: systemd has the unit, but nobody answers. */
        if (plan.connect && s->keeper.lost && session_phase_state(facts.phase) == STATE_RESTARTING) {
                facts.keeper = false;
                plan = resync_plan(&facts);
        }
        carry_out(s, &plan);
}

/* Makes sessions of our scopes without a record: their processes are somebody's work. */
static void adopt_strays(Manager *m, char *const *units) {
        STRV_FOREACH(unit, units) {
                char id[SESSION_ID_MAX], keeper[UNIT_NAME_SIZE];
                Session *s;
                int r;

                if (session_id_from_scope(*unit, id) < 0 || session_table_get_by_id(&m->sessions, id))
                        continue;
                session_keeper_name(id, keeper);
                r = session_adopt(m, *unit, is_listed(units, keeper), &s);
                if (r < 0) {
                        log_warning_errno(r, "Cannot make a session of %s, leaving it alone: %m", *unit);
                        continue;
                }
                log_notice("Made a session of %s, which had no record.", *unit);
                if (s->kept)
                        session_connect_keeper(s);
        }
}

/* Stops keepers without a session, which have nothing to keep. */
static void stop_strays(Manager *m, char *const *units) {
        STRV_FOREACH(unit, units) {
                char id[SESSION_ID_MAX];

                if (session_id_from_keeper(*unit, id) >= 0 && !session_table_get_by_id(&m->sessions, id))
                        systemd_stop_stray(m, *unit);
        }
}

/* Has systemd drop units that ended. systemd keeps such a unit as long as somebody refers to it. When the
 * bus dies, it may forget the references without looking at the unit again until its next reload (as version
 * 252 does). */
static void collect_ended(Manager *m, char *const *ended) {
        STRV_FOREACH(unit, ended) {
                char id[SESSION_ID_MAX];
                Session *s;

                if (session_id_from_scope(*unit, id) < 0 && session_id_from_keeper(*unit, id) < 0)
                        continue;
                s = session_table_get_by_id(&m->sessions, id);
                if (s && s->scope.referenced && streq(s->scope.unit, *unit))
                        continue; /* the unit goes with our reference */
                systemd_collect(m, *unit);
        }
}

/* Skips the numbers of strays, too, as numbers are never reused. */
static void skip_numbers(Manager *m, char *const *units) {
        uint64_t number;

        STRV_FOREACH(unit, units) {
                char id[SESSION_ID_MAX];

                if (session_id_from_scope(*unit, id) < 0 && session_id_from_keeper(*unit, id) < 0)
                        continue;
                (void) session_id_parse(id, NULL, &number);
                m->next_number = MAX(m->next_number, number + 1);
        }
}

int manager_resync(Manager *m) {
        _cleanup_strv_ char **active = NULL, **ended = NULL;
        size_t n;
        int r;

        r = session_record_load_all(m);
        if (r < 0)
                return log_error_errno(r, "Cannot read the session records in %s: %m", m->runtime_dir);
        r = systemd_list_units(m, &active, &ended);
        if (r < 0)
                return log_error_errno(r, "Cannot ask systemd for the sessions' units: %m");
        SESSION_FOREACH(s, &m->sessions)
                m->next_number = MAX(m->next_number, s->number + 1);
        skip_numbers(m, active);
        skip_numbers(m, ended);

        /* Sessions leave the table only when the loop comes round, so it can be walked. */
        n = m->sessions.n;
        for (size_t i = 0; i < n; i++)
                resume(m->sessions.items[i], active, ended);
        adopt_strays(m, active);
        stop_strays(m, active);
        collect_ended(m, ended);
        r = keeper_link_sweep(m);
        if (r < 0)
                log_warning_errno(r, "Cannot look for sockets of former sessions, leaving them: %m");
        if (n > 0)
                log_info("Took up %zu sessions.", n);
        return 0;
}
