/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The scope in which a session's processes run: its start, and signals to it. */

#include <systemd/sd-login.h>

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
#include "shared/names.h"
#include "shared/process.h"

#define RETRY_USEC (20 * USEC_PER_MSEC) /* until systemd has forgotten the old scope of that name */

static bool is_wanted(const Session *s) {
        return session_phase_awaits(s->phase) == AWAITS_SCOPE;
}

static int unit_of_leader(const Session *s, char **ret) {
        return s->manager->user_mode ? sd_pid_get_user_unit(s->leader.pid, ret)
                                     : sd_pid_get_unit(s->leader.pid, ret);
}

bool systemd_scope_holds_stranger(const Session *s) {
        _cleanup_free_ char *unit = NULL;
        uint64_t start;
        uid_t uid;

        return !s->leader.scoped && s->leader.pid > 0 && process_start_time(s->leader.pid, &start) >= 0 &&
                start != s->leader.start && process_uid(s->leader.pid, &uid) >= 0 && uid != s->uid &&
                unit_of_leader(s, &unit) >= 0 && streq(unit, s->scope.unit);
}

/* The scope is made. If its leader has ended meanwhile, it is not ready, and the leader's end is on its way
 * to us. */
static void on_made(Session *s) {
        s->leader.scoped = process_has_ended(s->leader.fd) == 0;
        if (s->leader.scoped)
                session_event(s, EVENT_SCOPE_READY);
}

void systemd_scope_job_done(Session *s, const char *result) {
        bool starting = s->scope.starting;

        s->scope.starting = false;
        if (!starting)
                systemd_scope_end_job_done(s, result);
        else if (!is_wanted(s))
                (void) systemd_stop_scope(s);
        else if (streq(result, "done"))
                on_made(s);
        else if (!session_leader_is_gone(s)) /* otherwise its pidfd reports the end */
                session_fail(s, ERROR_START_FAILED, "systemd could not make the scope %s (%s).",
                        s->scope.unit, result);
}

static int on_retry(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Session *s = userdata;

        if (is_wanted(s) && systemd_start_scope(s) < 0)
                log_warning("Cannot make %s, waiting for the deadline.", s->scope.unit);
        return 0;
}

/* Handles a scope that exists although it is to be made. It may be the old one, which systemd has not put
 * away yet. Or it is the new one: an earlier manager asked for it, or we did and systemd was executed anew
 * before it answered. */
static void scope_exists(Session *s) {
        _cleanup_free_ char *unit = NULL;
        int r;

        r = unit_of_leader(s, &unit);
        if (r >= 0 && streq(unit, s->scope.unit)) {
                on_made(s);
                return;
        }
        s->scope.retry = sd_event_source_disable_unref(s->scope.retry);
        r = sd_event_add_time_relative(
                s->manager->event, &s->scope.retry, CLOCK_MONOTONIC, RETRY_USEC, 0, on_retry, s);
        if (r < 0)
                log_error_errno(r, "Cannot set a timer for session %s: %m", s->id);
}

static int on_scope_started(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Session *s = systemd_call_session(userdata);

        if (!s || !s->scope.starting)
                return 0;
        if (!sd_bus_message_is_method_error(reply, NULL))
                return systemd_job_note(&s->scope.job, reply);
        systemd_job_forget(s, &s->scope.job);
        s->scope.starting = false;
        if (!is_wanted(s)) {
                (void) systemd_stop_scope(s);
                return 0;
        }
        if (sd_bus_message_is_method_error(reply, SYSTEMD_UNIT_EXISTS)) {
                scope_exists(s);
                return 0;
        }
        systemd_reference_forget(s);
        scope_controller_forget(s);
        if (!session_leader_is_gone(s))
                session_fail(s, ERROR_START_FAILED, "systemd refused to make the session's scope: %s",
                        systemd_error_text(reply));
        return 0;
}

int systemd_start_scope(Session *s) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        int r;

        r = systemd_new_call(s->manager, "StartTransientUnit", &call);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "ss", s->scope.unit, "fail");
        if (r < 0)
                return r;
        systemd_reference_take(s);
        (void) scope_controller_take(s);
        r = append_scope_properties(call, s);
        if (r < 0)
                return r;
        r = sd_bus_message_append(call, "a(sa(sv))", 0);
        if (r < 0)
                return r;
        r = systemd_job_expect(s, &s->scope.job);
        if (r < 0)
                return r;
        r = systemd_ask(s->manager, s, call, on_scope_started, NULL);
        s->scope.starting = r >= 0;
        s->leader.scoped = false;
        return r;
}

void systemd_start_scope_again(Session *s) {
        if (!systemd_job_is_known(s->scope.job))
                return;
        systemd_job_forget(s, &s->scope.job);
        s->scope.starting = false;
        scope_exists(s);
}

static int on_killed(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;

        if (sd_bus_message_is_method_error(reply, NULL))
                return reply_error(&c->reply,
                        systemd_says_gone(reply) ? ERROR_NO_SUCH_SESSION : ERROR_STOPPED,
                        "The signal could not be sent: %s", systemd_error_text(reply));
        return reply_success(&c->reply);
}

int systemd_kill_scope(Session *s, int signal, const Reply *reply) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        if (systemd_scope_holds_stranger(s))
                return -EPERM;
        r = systemd_new_call(s->manager, "KillUnit", &question);
        if (r < 0)
                return r;
        r = sd_bus_message_append(question, "ssi", s->scope.unit, "all", signal);
        if (r < 0)
                return r;
        return systemd_ask(s->manager, s, question, on_killed, reply);
}
