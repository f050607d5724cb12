/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The limits of sessions that run.
 *
 * systemd has them, and the kernel. Reading goes to the kernel, whose files wait for nobody and tell also what was set past
 * us. Setting takes two questions, since systemd answers before it has written anything:
 *
 *   SetUnitProperties    systemd takes the limits, or says why not
 *   GetAll(Scope)        it handles this only when they are written; and if it tells other values than those that we
 *                        asked for, somebody was faster, and they count
 *   the kernel's files   has it taken them? cgroup v1 refuses a limit that the memory in use exceeds
 *
 * What the kernel did not take is set back, so that systemd does not believe in it, and the caller is told. */

#include <inttypes.h>

#include "manager/access/admission.h"
#include "manager/base/audit.h"
#include "manager/base/cgroup-limits.h"
#include "manager/base/limit-options.h"
#include "manager/base/systemd-names.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/model/waiters.h"
#include "manager/registry/session-changes.h"
#include "manager/session/session-limits.h"
#include "manager/session/session-record.h"
#include "manager/session/session-start.h"
#include "manager/systemd/systemd-calls.h"
#include "manager/systemd/systemd-properties.h"
#include "shared/log.h"
#include "shared/names.h"

static void note(Session *s, LimitKind kind, uint64_t value) {
        limits_set(&s->limits.values, kind, value);
        s->limits.changed |= UINT64_C(1) << kind;
        session_changed(s, CHANGE_LIMITS);
}

static void save(const Session *s) {
        int r = session_record_save(s);

        if (r < 0)
                log_error_errno(r, "Cannot save the record of session %s: %m", s->id);
}

void session_refresh_limits(Session *s) {
        usec_t now = now_usec(CLOCK_MONOTONIC);
        bool changed = false;
        Limits kernel;

        if (s->limits.read > 0 && now - s->limits.read < LIMITS_FRESH_USEC)
                return;
        s->limits.read = now;
        cgroup_read_limits(&s->manager->cgroups, s->slice, s->scope.unit, &kernel);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++) {
                if (!limits_have(&kernel, kind) ||
                        cgroup_limit_is_same(kind, s->limits.values.values[kind], kernel.values[kind]))
                        continue;
                /* systemd has a default for these, so that the first look finds no change. */
                if (kind == LIMIT_TASKS_MAX && s->limits.values.values[kind] == LIMIT_NONE &&
                        !limits_have(&s->limits.values, kind)) {
                        s->limits.values.values[kind] = kernel.values[kind];
                        continue;
                }
                note(s, kind, kernel.values[kind]);
                changed = true;
        }
        if (changed)
                save(s);
}

/* Setting */

static int new_question(const Session *s, const Limits *limits, sd_bus_message **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        int r;

        r = systemd_new_call(s->manager, "SetUnitProperties", &m);
        if (r < 0)
                return r;
        r = sd_bus_message_append(m, "sb", s->scope.unit, (int) true /* runtime */);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(m, 'a', "(sv)");
        if (r < 0)
                return r;
        r = limits_append(m, limits);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(m);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

static void set_back(Session *s, const Limits *asked) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        Limits before = s->limits.values;

        before.given = asked->given;
        if (new_question(s, &before, &question) >= 0)
                (void) systemd_ask(s->manager, s, question, systemd_ignore_reply, NULL);
}

/* The limits that a call asks for, which were found to be right when it came. */
static int read_again(sd_bus_message *call, Limits *ret) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = sd_bus_message_rewind(call, /* complete = */ true);
        if (r >= 0)
                r = limits_read(call, ret, &error);
        sd_bus_error_free(&error);
        return r;
}

/* What of the limits is not in force though systemd has it; LIMIT_KIND_INVALID: everything is. */
static LimitKind find_refused(const Session *s, const Limits *asked, const Limits *systemd) {
        Limits kernel;

        cgroup_read_limits(&s->manager->cgroups, s->slice, s->scope.unit, &kernel);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (limits_have(asked, kind) && limits_have(&kernel, kind) &&
                        asked->values[kind] == systemd->values[kind] &&
                        !cgroup_limit_is_same(kind, asked->values[kind], kernel.values[kind]))
                        return kind;
        return LIMIT_KIND_INVALID;
}

static int refuse(Session *s, const Limits *asked, LimitKind kind, sd_bus_message *call) {
        char wanted[LIMIT_SIZE], has[LIMIT_SIZE];

        set_back(s, asked);
        return sd_bus_reply_method_errorf(call, ERROR_LIMIT_NOT_TAKEN,
                "The kernel did not take %s=%s for session %s; %s stays in force. %s",
                limit_kind_to_name(kind), limit_format(kind, asked->values[kind], wanted), s->id,
                limit_format(kind, s->limits.values.values[kind], has)[0] ? has : "the default",
                kind == LIMIT_MEMORY_MAX
                        ? "More memory is in use than that, and cannot be taken back; free some, or choose more."
                        : "See the journal of the system for why.");
}

static int on_written(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        SystemdCall *c = userdata;
        Session *s = systemd_call_session(c);
        ScopeRemains scope;
        LimitKind refused;
        Limits asked;
        int r;

        if (!s) /* they were set; that the session has ended meanwhile, it tells itself */
                return sd_bus_reply_method_return(c->call, NULL);
        s->limits.under_way--;
        r = read_again(c->call, &asked);
        if (r < 0)
                return r;
        if (!sd_bus_message_is_method_error(reply, NULL) && scope_remains_read(reply, &scope) >= 0 &&
                s->limits.under_way == 0) {
                refused = find_refused(s, &asked, &scope.limits);
                if (refused >= 0)
                        return refuse(s, &asked, refused, c->call);
        }
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (limits_have(&asked, kind))
                        note(s, kind, asked.values[kind]);
        s->limits.read = 0;
        save(s);
        if (admission_may_audit(s->manager, c->charge.uid))
                audit_limits_changed(s, c->charge.uid, &asked);
        return sd_bus_reply_method_return(c->call, NULL);
}

static int on_set(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        SystemdCall *c = userdata;
        Session *s = systemd_call_session(c);
        const sd_bus_error *said = sd_bus_message_get_error(reply);
        int r;

        if (said || !s) {
                if (s)
                        s->limits.under_way--;
                return sd_bus_reply_method_errorf(c->call,
                        !s || sd_bus_error_has_name(said, SYSTEMD_NO_SUCH_UNIT) ? ERROR_STOPPED
                                                                                : ERROR_LIMIT_NOT_TAKEN,
                        "systemd did not take the limits: %s",
                        said ? strempty(said->message) : "the session has ended");
        }
        r = sd_bus_message_new_method_call(s->manager->bus, &question, SYSTEMD_NAME, s->scope.path,
                "org.freedesktop.DBus.Properties", "GetAll");
        if (r >= 0)
                r = sd_bus_message_append(question, "s", SYSTEMD_SCOPE);
        if (r >= 0)
                r = systemd_ask_further(c, question, on_written);
        if (r < 0) {
                s->limits.under_way--;
                return sd_bus_reply_method_errorf(c->call, SD_BUS_ERROR_NO_MEMORY,
                        "The limits were set, but whether they are in force is not known: %s", strerror(-r));
        }
        return 0;
}

/* Between two scopes there is nothing to set them of. */
static int hold(Session *s, sd_bus_message *call, sd_bus_error *error) {
        if (session_wait(s, &s->waiters.limits, call) < 0)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "Too many callers wait for the restart of session %s to set its limits already.",
                        s->id);
        return 1;
}

void session_set_held_limits(Session *s) {
        sd_bus_message *call;

        /* What is held again waits for another restart. */
        for (size_t n = s->waiters.limits.n; n > 0 && (call = waiters_take(&s->waiters.limits)); n--) {
                (void) sd_bus_message_rewind(call, /* complete = */ true);
                admission_dispatch_again(
                        s->manager, call, ADMISSION_TURN | ADMISSION_AUTHORIZED | ADMISSION_SAMPLED);
                sd_bus_message_unref(call);
        }
}

int session_set_limits(Session *s, const Limits *limits, sd_bus_message *call, sd_bus_error *error) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *question = NULL;
        int r;

        r = limits_check_supported(s->manager, limits, error);
        if (r < 0)
                return r;
        if (session_phase_state(s->phase) == STATE_RESTARTING)
                return hold(s, call, error);
        if (session_phase_state(s->phase) != STATE_RUNNING)
                return sd_bus_error_setf(error, ERROR_STOPPED, "Session %s is ending.", s->id);
        s->limits.read = 0;
        session_refresh_limits(s); /* so that we know what it would have to be set back to */
        r = new_question(s, limits, &question);
        if (r < 0)
                return r;
        r = systemd_ask(s->manager, s, question, on_set, call);
        if (r == -EDQUOT)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for systemd already; try again.");
        if (r < 0)
                return r;
        s->limits.under_way++;
        return 1;
}
