/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Takes up what an earlier manager left.
 *
 *   record says     scope, keeper there?      what follows
 *   being started   any                       given up and cleaned away: its caller is gone
 *                                             (but kept if the program runs already: then it is a whole session)
 *   running         scope                     watched again; the keeper is connected to
 *                   no scope, keeper          the keeper says how it ended
 *                   neither                   ended: lost
 *   restarting      keeper                    the restart goes on from there
 *                   no keeper                 ended: restart-failed
 *   being stopped   any                       stopped again; "already gone" is success
 *
 * Units of ours without a record: scopes become sessions again, keepers without a scope are stopped. */

#include "manager/session/resync.h"
#include "manager/keepers/keeper-link.h"
#include "manager/manager.h"
#include "manager/session/adopt.h"
#include "manager/session/session-engine.h"
#include "manager/session/session-keeper.h"
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

/* A start that nobody waits for any more. If the gate may have been opened, the keeper knows whether it was. */
static void resume_start(Session *s, bool scope_active, bool keeper_active) {
        bool leader_alive = scope_active && s->leader.pid > 0 && session_find_leader(s) >= 0;

        if (!leader_alive || (s->kept && !(keeper_active && s->phase == PHASE_RELEASING))) {
                session_fail(s, ERROR_START_FAILED,
                        "The manager was restarted while the session was being started.");
                return;
        }
        scope_events_start(s);
        if (s->kept)
                session_connect_keeper(s);
        else
                session_enter(s, session_step(PHASE_RELEASING, EVENT_STARTED));
}

static void resume_running(Session *s, bool keeper_active) {
        bool leader_alive = session_find_leader(s) >= 0;

        if (keeper_active)
                session_connect_keeper(s);
        else if (s->watched && leader_alive)
                session_watch(s);
        if (leader_alive)
                return;
        if (s->kept && keeper_active) {
                session_await_ended(s);
                return;
        }
        session_set_result(s, RESULT_LOST);
        session_on_ended(s, 0, -1);
}

/* A kernel that was being started again: see session-restart.c. Whoever waits for it is told by the state alone. */
static void resume_restart(Session *s, bool scope_active, bool keeper_active) {
        bool leader_alive = s->leader.pid > 0 && session_find_leader(s) >= 0;

        if (keeper_active)
                session_connect_keeper(s);
        if (!keeper_active || s->keeper.lost) {
                session_set_result(s, RESULT_RESTART_FAILED);
                session_enter(s, (SessionStep){ PHASE_SWEEPING, EFFECT_THAW | EFFECT_STOP_SCOPE });
                return;
        }
        if (s->phase == PHASE_RESTARTING && leader_alive)
                session_enter(s, (SessionStep){ PHASE_RESTARTING, EFFECT_THAW | EFFECT_SHUT_DOWN });
        else if (s->phase == PHASE_RESTARTING || s->phase == PHASE_CLEARING)
                session_enter(s, (SessionStep){ PHASE_CLEARING, EFFECT_THAW | EFFECT_STOP_SCOPE });
        else if (s->phase == PHASE_REFORKING)
                session_enter(s, (SessionStep){ PHASE_REFORKING, EFFECT_REFORK });
        else if (!leader_alive) /* the keeper says whether it can be tried again */
                session_enter(s, (SessionStep){ PHASE_CLEARING, EFFECT_THAW | EFFECT_STOP_SCOPE });
        else if (s->phase == PHASE_RESCOPING && !scope_active)
                session_enter(s, (SessionStep){ PHASE_RESCOPING, EFFECT_START_SCOPE });
        else { /* STATUS tells whether the gate is open */
                s->restart.maybe_seen_running = s->phase == PHASE_REVIVING;
                session_enter(s, (SessionStep){ .phase = PHASE_REVIVING });
        }
}

/* One that was being ended. Its kernel is asked once more, if it is still there to be asked. */
static void resume_stop(Session *s, bool keeper_active) {
        bool parting = s->phase == PHASE_PARTING && keeper_active && session_find_leader(s) >= 0;

        if (keeper_active)
                session_connect_keeper(s);
        session_enter(s,
                parting ? (SessionStep){ PHASE_PARTING, EFFECT_THAW | EFFECT_SHUT_DOWN }
                        : (SessionStep){ PHASE_STOPPING, EFFECT_THAW | EFFECT_STOP_SCOPE });
}

/* A scope that has ended is still to be read (systemd-scope-end.c), unless that is done. */
static bool scope_is_of_use(const Session *s, char *const *active, char *const *ended) {
        bool is_done =
                s->phase == PHASE_REFORKING || s->phase == PHASE_RESCOPING || s->phase == PHASE_DISMISSING;

        return is_listed(active, s->scope.unit) || (is_listed(ended, s->scope.unit) && !is_done);
}

static void resume(Session *s, char *const *active, char *const *ended) {
        bool scope_active = is_listed(active, s->scope.unit);
        bool keeper_active = s->keeper.unit[0] && is_listed(active, s->keeper.unit);
        SessionState state = session_phase_state(s->phase);

        if (scope_is_of_use(s, active, ended))
                systemd_reference_scope(s);
        if (state == STATE_OPENING) {
                session_begin(s);
                resume_start(s, scope_active, keeper_active);
                return;
        }
        if (!s->announced) {
                /* It never made it, and was being cleaned away; nobody is left to be told. */
                s->superseded = true;
                session_enter(s, (SessionStep){ PHASE_SWEEPING, EFFECT_THAW | EFFECT_STOP_SCOPE });
                return;
        }
        manager_count(s->manager, s, +1);
        if (scope_active)
                scope_events_start(s);
        if (state == STATE_RUNNING)
                resume_running(s, keeper_active);
        else if (state == STATE_RESTARTING)
                resume_restart(s, scope_active, keeper_active);
        else if (s->phase == PHASE_DISMISSING)
                session_enter(s, (SessionStep){ PHASE_DISMISSING, EFFECT_STOP_KEEPER });
        else
                resume_stop(s, keeper_active);
}

/* Our scopes without a record: their processes are somebody's work. */
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

/* Keepers without a session have nothing to keep. */
static void stop_strays(Manager *m, char *const *units) {
        STRV_FOREACH(unit, units) {
                char id[SESSION_ID_MAX];

                if (session_id_from_keeper(*unit, id) >= 0 && !session_table_get_by_id(&m->sessions, id))
                        systemd_stop_stray(m, *unit);
        }
}

/* systemd keeps a unit that has ended as long as somebody refers to it. When the bus dies, it may forget the references and
 * not look at the unit again, until its next reload (as version 252 does). */
static void collect_ended(Manager *m, char *const *ended) {
        STRV_FOREACH(unit, ended) {
                char id[SESSION_ID_MAX];
                Session *s;

                if (session_id_from_scope(*unit, id) < 0 && session_id_from_keeper(*unit, id) < 0)
                        continue;
                s = session_table_get_by_id(&m->sessions, id);
                if (s && s->scope.referenced && streq(s->scope.unit, *unit))
                        continue; /* it goes with our reference */
                systemd_collect(m, *unit);
        }
}

/* Numbers are never reused: not those of strays either. */
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

        /* Sessions may leave the table only when the loop comes round, so it can be walked. */
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
