/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What we ask of systemd.
 *
 * A scope ends in three exchanges, because each answers a question that the next one spoils:
 *
 *   GetAll(Unit)    before we stop anything: had somebody else already stopped it? (systemd_stop_scope(), examine())
 *   StopUnit        what is left of it; its JobRemoved says when it is over
 *   GetAll(Scope)   the final CPU time and systemd's own Result; then the unit may go (read_remains())
 *
 * Units stay readable that long because the scope is made with AddRef. */

#include <inttypes.h>
#include <signal.h>
#include <systemd/sd-login.h>

#include "config.h"
#include "manager/manager.h"
#include "manager/scope-controller.h"
#include "manager/session-engine.h"
#include "manager/session.h"
#include "manager/systemd-calls.h"
#include "manager/systemd-properties.h"
#include "manager/systemd.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"

#define SYSTEMD_NAME    "org.freedesktop.systemd1"
#define SYSTEMD_PATH    "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define RETRY_USEC \
        (20 * USEC_PER_MSEC) /* until systemd has forgotten a scope that is made anew, or one is dead */
#define UNIT_PATH   "/org/freedesktop/systemd1/unit"
#define UNIT_EXISTS "org.freedesktop.systemd1.UnitExists"

static int new_manager_call(Manager *m, const char *method, sd_bus_message **ret) {
        return sd_bus_message_new_method_call(
                m->bus, ret, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, method);
}

static bool reply_says_gone(sd_bus_message *reply) {
        return sd_bus_message_is_method_error(reply, "org.freedesktop.systemd1.NoSuchUnit") ||
                sd_bus_message_is_method_error(reply, SD_BUS_ERROR_UNKNOWN_OBJECT);
}

static const char *reply_error(sd_bus_message *reply) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        return error && error->message ? error->message : "no reason given";
}

/* Jobs: the signal is listened to only while there is a job to wait for, so that an idle manager is not woken by
 * everything else that goes on in the system. */

static int on_job_removed(sd_bus_message *signal, void *userdata, sd_bus_error *error);

/* Without this, sd-bus would take a bus that is slow to answer for one that is lost. Whoever waits has a deadline. */
static int on_listening(sd_bus_message *reply, void *userdata _unused_, sd_bus_error *error _unused_) {
        if (sd_bus_message_is_method_error(reply, NULL))
                log_warning("The bus does not say that we hear of systemd's jobs: %s", reply_error(reply));
        return 0;
}

static int expect_job(Session *s, char **job) {
        Manager *m = s->manager;
        int r;

        if (*job)
                return 0;
        if (m->jobs_expected == 0) {
                r = sd_bus_match_signal_async(m->bus, &m->job_match, SYSTEMD_NAME, SYSTEMD_PATH,
                        SYSTEMD_MANAGER, "JobRemoved", on_job_removed, on_listening, m);
                if (r < 0)
                        return r;
        }
        *job = strdup(""); /* its path is not known yet */
        if (!*job)
                return -ENOMEM;
        m->jobs_expected++;
        return 0;
}

static void forget_job(Session *s, char **job) {
        Manager *m = s->manager;

        if (!*job)
                return;
        free(*job);
        *job = NULL;
        if (--m->jobs_expected == 0)
                m->job_match = sd_bus_slot_unref(m->job_match);
}

/* Notes the job path that a start or stop call was answered with. */
static int note_job(char **job, sd_bus_message *reply) {
        const char *path;
        int r;

        r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;
        r = replace_string(job, path);
        if (r < 0)
                log_oom();
        return MIN(r, 0);
}

static void read_remains(Session *s);
static void kill_frozen_scope(Session *s);

static void on_scope_job_done(Session *s, const char *result) {
        if (s->phase != PHASE_SCOPING && s->phase != PHASE_RESCOPING && streq(result, "frozen"))
                kill_frozen_scope(s);
        else if (s->phase != PHASE_SCOPING && s->phase != PHASE_RESCOPING)
                read_remains(s);
        else if (streq(result, "done"))
                session_event(s, EVENT_SCOPE_READY);
        else
                session_fail(s, ERROR_START_FAILED, "systemd could not make the scope %s (%s).", s->scope,
                        result);
}

static void on_keeper_job_done(Session *s, const char *result) {
        if (s->farewell)
                return; /* it was started, or not; either way it is to be stopped soon */
        if (s->phase == PHASE_DISMISSING)
                session_event(s, EVENT_KEEPER_GONE);
        else if (!streq(result, "done"))
                session_fail(s, ERROR_START_FAILED,
                        "The session's keeper could not be started (%s); see 'journalctl -u %s'.", result,
                        s->keeper);
}

static int on_job_removed(sd_bus_message *signal, void *userdata, sd_bus_error *error _unused_) {
        const char *job, *unit, *result;
        Manager *m = userdata;
        char id[SESSION_ID_MAX];
        Session *s;
        int r;

        r = sd_bus_message_read(signal, "uoss", NULL, &job, &unit, &result);
        if (r < 0)
                return r;
        if (session_id_from_scope(unit, id) < 0 && session_id_from_keeper(unit, id) < 0)
                return 0;
        s = session_table_get_by_id(&m->sessions, id);
        if (!s)
                return 0;
        if (streq_null(s->scope_job, job)) {
                forget_job(s, &s->scope_job);
                on_scope_job_done(s, result);
        } else if (streq_null(s->keeper_job, job)) {
                forget_job(s, &s->keeper_job);
                on_keeper_job_done(s, result);
        }
        return 0;
}

int systemd_subscribe(Manager *m) {
        return sd_bus_call_method(
                m->bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe", NULL, NULL, NULL);
}

/* Strays */

static int on_ignored(
        sd_bus_message *reply _unused_, void *userdata _unused_, sd_bus_error *error _unused_) {
        return 0;
}

void systemd_stop_stray(Manager *m, const char *unit) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

        log_notice("Stopping %s, which is of no session that is known here.", unit);
        if (new_manager_call(m, "StopUnit", &call) >= 0 &&
                sd_bus_message_append(call, "ss", unit, "replace") >= 0)
                (void) systemd_ask(m, NULL, call, on_ignored, NULL);
}

/* References: systemd pays for each with a match rule, and the system bus allows a connection 512 of them. Were PID 1 to
 * ask for one more, it would be cut off. So only so many sessions have one; of the others, what is only known of a unit
 * that is still there may remain unknown when they end: the final CPU time, and that somebody stopped the scope. */

#define REFERENCES_MAX 200
#define MATCHES_MAX    512 /* max_match_rules_per_connection of dbus-daemon's system.conf */
_Static_assert(
        REFERENCES_MAX + CONTROLLERS_MAX <= MATCHES_MAX * 3 / 4, "systemd has other uses for match rules");

static bool take_reference(Session *s) {
        if (!s->scope_referenced && s->manager->references < REFERENCES_MAX) {
                s->scope_referenced = true;
                s->manager->references++;
        }
        return s->scope_referenced;
}

static void forget_reference(Session *s) {
        if (s->scope_referenced)
                s->manager->references--;
        s->scope_referenced = false;
}

/* Starting */

static int on_keeper_started(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;
        Session *s = systemd_call_session(c);

        if (!s || s->phase == PHASE_DISMISSING)
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL))
                return note_job(&s->keeper_job, reply);
        forget_job(s, &s->keeper_job);
        if (c->repeated && sd_bus_message_is_method_error(reply, UNIT_EXISTS))
                return 0; /* asked for the first time it was started already, and speaks for itself */
        session_fail(s, ERROR_START_FAILED, "systemd refused to start the session's keeper: %s",
                reply_error(reply));
        return 0;
}

static int on_retry(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        if ((s->phase == PHASE_SCOPING || s->phase == PHASE_RESCOPING) && systemd_start_scope(s) < 0)
                log_warning("Cannot make %s, waiting for the deadline.", s->scope);
        return 0;
}

/* A scope that is to be made may be there: still, since systemd has not put the old one away yet; or already, since an
 * earlier manager asked for it, or we did and systemd was executed anew before it could answer. */
static void scope_exists(Session *s) {
        _cleanup_free_ char *unit = NULL;
        int r;

        r = s->manager->user_mode ? sd_pid_get_user_unit(s->leader, &unit)
                                  : sd_pid_get_unit(s->leader, &unit);
        if (r >= 0 && streq(unit, s->scope)) {
                session_event(s, EVENT_SCOPE_READY);
                return;
        }
        s->scope_retry = sd_event_source_disable_unref(s->scope_retry);
        r = sd_event_add_time_relative(
                s->manager->event, &s->scope_retry, CLOCK_MONOTONIC, RETRY_USEC, 0, on_retry, s);
        if (r < 0)
                log_error_errno(r, "Cannot set a timer for session %s: %m", s->id);
}

static int on_scope_started(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);

        if (!s || (s->phase != PHASE_SCOPING && s->phase != PHASE_RESCOPING))
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL))
                return note_job(&s->scope_job, reply);
        forget_job(s, &s->scope_job);
        if (sd_bus_message_is_method_error(reply, UNIT_EXISTS)) {
                scope_exists(s);
                return 0;
        }
        forget_reference(s);
        scope_controller_forget(s);
        session_fail(s, ERROR_START_FAILED, "systemd refused to make the session's scope: %s",
                reply_error(reply));
        return 0;
}

int systemd_start_keeper(Session *s, int listen_fd) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = new_manager_call(s->manager, "StartTransientUnit", &call);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "ss", s->keeper, "fail");
        if (r < 0)
                return r;
        r = append_keeper_properties(call, s, listen_fd);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "a(sa(sv))", 0);
        if (r < 0)
                return r;
        r = expect_job(s, &s->keeper_job);
        if (r < 0)
                return r;
        return systemd_ask(s->manager, s, call, on_keeper_started, NULL);
}

int systemd_start_scope(Session *s) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = new_manager_call(s->manager, "StartTransientUnit", &call);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "ss", s->scope, "fail");
        if (r < 0)
                return r;
        take_reference(s);
        (void) scope_controller_take(s);
        r = append_scope_properties(call, s);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "a(sa(sv))", 0);
        if (r < 0)
                return r;
        r = expect_job(s, &s->scope_job);
        if (r < 0)
                return r;
        return systemd_ask(s->manager, s, call, on_scope_started, NULL);
}

/* Stopping */

static int get_all(Session *s, const char *interface, sd_bus_message_handler_t on_reply) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = sd_bus_message_new_method_call(s->manager->bus, &call, SYSTEMD_NAME, s->scope_path,
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
                if (s->cpu_usage_nsec == USAGE_UNKNOWN)
                        s->cpu_usage_nsec = remains.cpu_usage_nsec;
                else if (remains.cpu_usage_nsec != USAGE_UNKNOWN)
                        s->cpu_usage_nsec += remains.cpu_usage_nsec; /* with that of earlier scopes */
                s->limits = remains.limits;
                s->memory_limit = remains.limits.values[LIMIT_MEMORY_MAX];
                if (remains.memory_peak != UINT64_MAX)
                        s->memory_peak = remains.memory_peak;
                if (remains.oom_killed && session_phase_state(s->phase) != STATE_RESTARTING)
                        session_improve_result(s, RESULT_OOM_KILLED);
        }
        systemd_unreference_scope(s);
        scope_controller_forget(s);
        session_event(s, EVENT_SCOPE_GONE);
        return 0;
}

static void read_remains(Session *s) {
        if (get_all(s, "org.freedesktop.systemd1.Scope", on_remains) < 0)
                session_event(s, EVENT_SCOPE_GONE);
}

static int on_scope_stopped(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);

        if (!s)
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL))
                return note_job(&s->scope_job, reply);
        forget_job(s, &s->scope_job);
        if (reply_says_gone(reply))
                read_remains(s);
        else
                log_warning("Cannot stop %s, waiting for the deadline: %s", s->scope, reply_error(reply));
        return 0;
}

static int stop_unit(Session *s, const char *unit, char **job, sd_bus_message_handler_t on_reply) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = new_manager_call(s->manager, "StopUnit", &call);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "ss", unit, "replace");
        if (r < 0)
                return r;
        forget_job(s, job); /* a start job, which this one replaces */
        r = expect_job(s, job);
        if (r < 0)
                return r;
        return systemd_ask(s->manager, s, call, on_reply, NULL);
}

static int stop_scope(Session *s) {
        static const int signals[] = { SIGTERM, SIGHUP, SIGCONT };
        int r;

        r = stop_unit(s, s->scope, &s->scope_job, on_scope_stopped);
        if (r < 0 || !s->scope_controlled)
                return r;
        /* systemd leaves to the controller what it does itself otherwise. */
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                (void) systemd_kill_scope(s, signals[i], NULL);
        return 0;
}

static int on_still_frozen(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        if (stop_unit(s, s->scope, &s->scope_job, on_scope_stopped) < 0)
                log_warning("Cannot stop %s, waiting for the deadline.", s->scope);
        return 0;
}

/* systemd stops nothing that is frozen, and what its slice freezes cannot be thawed; but it can be killed. */
static void kill_frozen_scope(Session *s) {
        log_notice("%s is frozen by its slice, killing it.", s->scope);
        (void) systemd_kill_scope(s, SIGKILL, NULL);
        (void) session_set_timer(s, &s->scope_retry, RETRY_USEC, on_still_frozen);
}

static int on_examined(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);
        ScopeEnd end = {};
        int r;

        if (!s)
                return 0;
        if (sd_bus_message_is_method_error(reply, NULL))
                end.inactive = reply_says_gone(reply);
        else
                (void) scope_end_read(reply, &end);
        if (end.stopped) {
                session_improve_result(s, RESULT_UNIT_STOPPED);
                if (s->phase == PHASE_CLEARING) /* what looked like a crash was not */
                        session_event(s, EVENT_STOP);
        }
        if (end.inactive) {
                read_remains(s);
                return 0;
        }
        r = stop_scope(s);
        if (r < 0)
                log_warning_errno(r, "Cannot stop %s, waiting for the deadline: %m", s->scope);
        return 0;
}

int systemd_stop_scope(Session *s) {
        if (s->leader_ended && !s->stop_requested)
                return get_all(s, "org.freedesktop.systemd1.Unit", on_examined);
        return stop_scope(s);
}

static int on_keeper_stopped(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);

        if (!s)
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL))
                return note_job(&s->keeper_job, reply);
        forget_job(s, &s->keeper_job);
        if (reply_says_gone(reply))
                session_event(s, EVENT_KEEPER_GONE);
        else
                log_warning("Cannot stop %s, waiting for the deadline: %s", s->keeper, reply_error(reply));
        return 0;
}

int systemd_stop_keeper(Session *s) {
        return stop_unit(s, s->keeper, &s->keeper_job, on_keeper_stopped);
}

/* A job that systemd knew of, but may have told the end of while it was not on the bus. */
static bool waits_for_job(const char *job) {
        return job && job[0];
}

void systemd_ask_again(Session *s) {
        switch (s->phase) {
        case PHASE_SCOPING:
        case PHASE_RESCOPING:
                if (!waits_for_job(s->scope_job))
                        break;
                forget_job(s, &s->scope_job);
                scope_exists(s);
                break;
        case PHASE_CLEARING:
        case PHASE_STOPPING:
        case PHASE_SWEEPING:
        case PHASE_KILLING:
                if (waits_for_job(s->scope_job))
                        (void) stop_unit(s, s->scope, &s->scope_job, on_scope_stopped);
                break;
        case PHASE_DISMISSING:
                if (waits_for_job(s->keeper_job))
                        (void) systemd_stop_keeper(s);
                break;
        default:
                break; /* it waits for processes or for its keeper, and sees these itself */
        }
}

static int on_killed(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;

        if (!c->call)
                return 0;
        if (sd_bus_message_is_method_error(reply, NULL))
                return sd_bus_reply_method_errorf(c->call,
                        reply_says_gone(reply) ? ERROR_NO_SUCH_SESSION : ERROR_STOPPED,
                        "The signal could not be sent: %s", reply_error(reply));
        return sd_bus_reply_method_return(c->call, NULL);
}

int systemd_kill_scope(Session *s, int signal, sd_bus_message *call) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        r = new_manager_call(s->manager, "KillUnit", &question);
        if (r < 0)
                return r;
        r = sd_bus_message_append(question, "ssi", s->scope, "all", signal);
        if (r < 0)
                return r;
        return systemd_ask(s->manager, s, question, on_killed, call);
}

static void change_reference(Session *s, const char *method) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;

        if (new_manager_call(s->manager, method, &call) >= 0 &&
                sd_bus_message_append(call, "s", s->scope) >= 0)
                (void) systemd_ask(s->manager, s, call, on_ignored, NULL);
}

void systemd_reference_scope(Session *s) {
        if (take_reference(s))
                change_reference(s, "RefUnit");
}

void systemd_unreference_scope(Session *s) {
        if (s->scope_referenced)
                change_reference(s, "UnrefUnit");
        forget_reference(s);
}

/* Forgetting */

void systemd_forget(Session *s) {
        forget_reference(s);
        scope_controller_forget(s);
        s->scope_retry = sd_event_source_disable_unref(s->scope_retry);
        forget_job(s, &s->scope_job);
        forget_job(s, &s->keeper_job);
}

/* Finding */

static int on_unit_of_pid(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        _cleanup_free_ char *unit = NULL;
        const char *unit_path;
        Session *s = NULL;
        int r;

        if (sd_bus_message_is_method_error(reply, "org.freedesktop.systemd1.NoUnitForPID"))
                return sd_bus_reply_method_errorf(
                        c->call, ERROR_NO_SUCH_PROCESS, "There is no such process, or it is in no unit.");
        if (sd_bus_message_is_method_error(reply, NULL))
                return sd_bus_reply_method_errorf(
                        c->call, ERROR_NO_SUCH_PROCESS, "systemd does not know: %s", reply_error(reply));
        r = sd_bus_message_read(reply, "o", &unit_path);
        if (r < 0)
                return r;
        if (sd_bus_path_decode(unit_path, UNIT_PATH, &unit) > 0 && session_id_from_scope(unit, id) >= 0)
                s = session_table_get_by_id(&c->manager->sessions, id);
        if (!s || !s->announced)
                return sd_bus_reply_method_errorf(c->call, ERROR_NO_SUCH_SESSION,
                        "The process is in no session; it is in %s.", strempty(unit));
        session_bus_path(s->id, path);
        return sd_bus_reply_method_return(c->call, "o", path);
}

int systemd_find_session(Manager *m, uint32_t pid, sd_bus_message *call) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        r = new_manager_call(m, "GetUnitByPID", &question);
        if (r < 0)
                return r;
        r = sd_bus_message_append(question, "u", pid);
        if (r < 0)
                return r;
        return systemd_ask(m, NULL, question, on_unit_of_pid, call);
}
