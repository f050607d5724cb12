/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A scope ends in three exchanges, because each answers a question that the next one spoils:
 *
 *   GetAll(Unit)    before we stop anything: had somebody else already stopped it? (systemd_stop_scope(),
 *                   on_examined())
 *   StopUnit        what is left of it; its JobRemoved says when it is over
 *   GetAll(Scope)   the final CPU time and systemd's own Result; then the unit may go (read_remains())
 *
 * Units stay readable that long because the scope is made with AddRef. */

#include <inttypes.h>
#include <signal.h>

#include "manager/base/cgroup.h"
#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/session/session-event.h"
#include "manager/session/session.h"
#include "manager/systemd/scope-controller.h"
#include "manager/systemd/systemd-calls.h"
#include "manager/systemd/systemd-jobs.h"
#include "manager/systemd/systemd-properties.h"
#include "manager/systemd/systemd-references.h"
#include "manager/systemd/systemd-scope-end.h"
#include "manager/systemd/systemd-scope.h"
#include "shared/log.h"

#define RETRY_USEC (20 * USEC_PER_MSEC) /* until frozen processes that were killed are dead */

static int get_all(Session *s, const char *interface, sd_bus_message_handler_t on_reply) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = sd_bus_message_new_method_call(s->manager->bus, &call, SYSTEMD_NAME, s->scope.path,
                "org.freedesktop.DBus.Properties", "GetAll");
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "s", interface);
        if (r < 0)
                return r;
        return systemd_ask(s->manager, s, call, on_reply, NULL);
}

static int on_remains(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);
        ScopeRemains remains;

        if (!s)
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL) && scope_remains_read(reply, &remains) >= 0) {
                if (s->end.cpu_usage_nsec == USAGE_UNKNOWN)
                        s->end.cpu_usage_nsec = remains.cpu_usage_nsec;
                else if (remains.cpu_usage_nsec != USAGE_UNKNOWN)
                        /* Added to that of earlier scopes. */
                        s->end.cpu_usage_nsec += remains.cpu_usage_nsec;
                if (remains.is_ours) { /* the limits of a scope that is gone, or never was, are not known */
                        s->limits.values = remains.limits;
                        s->end.memory_limit = remains.limits.values[LIMIT_MEMORY_MAX];
                }
                if (remains.memory_peak != UINT64_MAX)
                        s->end.memory_peak = remains.memory_peak;
                if (remains.oom_killed && session_phase_state(s->phase) != STATE_RESTARTING)
                        session_improve_result(s, RESULT_OOM_KILLED);
        }
        systemd_unreference_scope(s);
        scope_controller_forget(s);
        session_scope_gone(s);
        return 0;
}

static void read_remains(Session *s) {
        if (get_all(s, SYSTEMD_SCOPE, on_remains) < 0)
                session_scope_gone(s);
}

static int on_scope_stopped(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);

        if (!s)
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL))
                return systemd_job_note(&s->scope.job, reply);
        systemd_job_forget(s, &s->scope.job);
        if (systemd_says_gone(reply))
                read_remains(s);
        else
                log_warning("Cannot stop %s, waiting for the deadline: %s", s->scope.unit,
                        systemd_error_text(reply));
        return 0;
}

/* Abandons the scope, so that systemd ends nothing in it. */
static int abandon_scope(Session *s) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        log_warning("Process %" PRIi32 " got into %s with the number that the leader of session %s had; "
                    "leaving it alone.",
                (int32_t) s->leader.pid, s->scope.unit, s->id);
        r = systemd_new_call(s->manager, "AbandonScope", &call);
        if (r >= 0)
                r = sd_bus_message_append(call, "s", s->scope.unit);
        if (r >= 0)
                r = systemd_ask(s->manager, s, call, systemd_ignore_reply, NULL);
        if (r >= 0)
                read_remains(s);
        return r;
}

static int stop_scope(Session *s) {
        static const int signals[] = { SIGTERM, SIGHUP, SIGCONT };
        int r;

        if (systemd_scope_holds_stranger(s))
                return abandon_scope(s);
        r = systemd_job_stop_unit(s, s->scope.unit, &s->scope.job, on_scope_stopped);
        if (r < 0 || !s->scope.controlled)
                return r;
        /* systemd leaves it to the controller to send the signals that it sends itself otherwise. */
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                (void) systemd_kill_scope(s, signals[i], NULL);
        return 0;
}

static int on_still_frozen(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        if (systemd_job_stop_unit(s, s->scope.unit, &s->scope.job, on_scope_stopped) < 0)
                log_warning("Cannot stop %s, waiting for the deadline.", s->scope.unit);
        return 0;
}

/* Kills a frozen scope: systemd stops nothing that is frozen, and a scope that its slice freezes cannot be
 * thawed, but it can be killed. */
static void kill_frozen_scope(Session *s) {
        log_notice("%s is frozen by its slice, killing it.", s->scope.unit);
        (void) systemd_kill_scope(s, SIGKILL, NULL);
        (void) session_set_timer(s, &s->scope.retry, RETRY_USEC, on_still_frozen);
}

static int on_examined(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);
        ScopeEnd end = {};
        int r;

        if (!s)
                return 0;
        if (sd_bus_message_is_method_error(reply, NULL))
                end.inactive = systemd_says_gone(reply);
        else
                (void) scope_end_read(reply, &end);
        if (end.stopped) {
                session_improve_result(s, RESULT_UNIT_STOPPED);
                if (session_phase_expects_end(s->phase) &&
                        session_phase_awaits(s->phase) ==
                                AWAITS_SCOPE_GONE) /* what looked like a crash was a stop */
                        session_event(s, EVENT_STOP);
        }
        if (end.inactive) {
                read_remains(s);
                return 0;
        }
        r = stop_scope(s);
        if (r < 0)
                log_warning_errno(r, "Cannot stop %s, waiting for the deadline: %m", s->scope.unit);
        return 0;
}

int systemd_stop_scope(Session *s) {
        /* Who is in the scope is known only once it is made; then this is called again. */
        if (s->scope.starting)
                return 0;
        if (s->leader.ended && !s->end.stop_requested)
                return get_all(s, SYSTEMD_UNIT, on_examined);
        return stop_scope(s);
}

void systemd_stop_scope_again(Session *s) {
        if (!systemd_job_is_known(s->scope.job))
                return;
        if (s->scope.starting) {
                systemd_job_forget(s, &s->scope.job);
                s->scope.starting = false;
                (void) systemd_stop_scope(s);
        } else
                (void) systemd_job_stop_unit(s, s->scope.unit, &s->scope.job, on_scope_stopped);
}

void systemd_scope_end_job_done(Session *s, const char *result) {
        if (streq(result, "frozen"))
                kill_frozen_scope(s);
        else
                read_remains(s);
}
