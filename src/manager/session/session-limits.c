/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The limits of sessions that run.
 *
 * systemd has them, and the kernel. Reading goes to the kernel, whose files wait for nobody and tell also
 * what was set past us. Setting takes two questions, since systemd answers before it has written anything:
 *
 *   SetUnitProperties    systemd takes the limits, or says why not
 *   GetAll(Scope)        it handles this only when they are written; and if it tells other values than those
 *                        that we asked for, somebody was faster, and they count
 *   the kernel's files   has it taken them? cgroup v1 refuses a limit that the memory in use exceeds
 *
 * What the kernel did not take is set back, so that systemd does not believe in it, and the caller is
 * told. */

#include <inttypes.h>

#include "manager/access/admission.h"
#include "manager/base/audit.h"
#include "manager/base/cgroup-limits.h"
#include "manager/base/limit-options.h"
#include "manager/base/systemd-names.h"
#include "manager/memory/reclaim.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/model/waiters.h"
#include "manager/registry/session-changes.h"
#include "manager/session/outside.h"
#include "manager/session/session-limits.h"
#include "manager/session/session-record.h"
#include "manager/systemd/systemd-limits.h"
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
                /* systemd has a default for tasks; taking it over lets the first look find no change. */
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

static void set_back(Session *s, const Limits *asked) {
        Limits before = s->limits.values;

        before.given = asked->given;
        systemd_set_limits_back(s, &before);
}

/* Finds a limit that systemd has, but the kernel did not take. LIMIT_KIND_INVALID: there is none. */
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

static int refuse(Session *s, const Limits *asked, LimitKind kind, const Reply *reply) {
        char wanted[LIMIT_SIZE], has[LIMIT_SIZE];

        set_back(s, asked);
        return reply_error(reply, ERROR_LIMIT_NOT_TAKEN,
                "The kernel did not take %s=%s for session %s; %s stays in force. %s",
                limit_kind_to_name(kind), limit_format(kind, asked->values[kind], wanted), s->id,
                limit_format(kind, s->limits.values.values[kind], has)[0] ? has : "the default",
                kind == LIMIT_MEMORY_MAX
                        ? "More memory is in use than that, and cannot be taken back; free some, or choose more."
                        : "See the journal of the system for why.");
}

static int on_set(SystemdCall *c, Session *s, const sd_bus_error *problem) {
        LimitKind refused;

        if (s)
                s->limits.under_way--;
        if (problem && sd_bus_error_has_name(problem, SD_BUS_ERROR_NO_MEMORY))
                return reply_error(&c->reply, problem->name, "%s", problem->message);
        if (problem || (!s && !c->taken))
                return reply_error(&c->reply,
                        !s || sd_bus_error_has_name(problem, SYSTEMD_NO_SUCH_UNIT) ? ERROR_STOPPED
                                                                                   : ERROR_LIMIT_NOT_TAKEN,
                        "systemd did not take the limits: %s",
                        problem ? strempty(problem->message) : "the session has ended");
        if (!s) /* the limits were set, and the session has ended since */
                return reply_success(&c->reply);
        if (c->taken && s->limits.under_way == 0) {
                refused = find_refused(s, &c->limits, c->taken);
                if (refused >= 0)
                        return refuse(s, &c->limits, refused, &c->reply);
        }
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                if (limits_have(&c->limits, kind))
                        note(s, kind, c->limits.values[kind]);
        s->limits.read = 0;
        save(s);
        session_reclaim(s);
        if (admission_may_audit(s->manager, c->charge.uid))
                audit_limits_changed(s, reply_actor(&c->reply), &c->limits);
        return reply_success(&c->reply);
}

/* Holds a call during a restart, when there is no scope to set limits of. */
static int hold(Session *s, const Reply *reply, sd_bus_error *error) {
        Reply again = reply_as(reply, REPLY_AGAIN);

        if (waiters_add(&s->waiters.limits, &s->manager->charges, &again) < 0)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "Too many callers wait for the restart of session %s to set its limits already.",
                        s->id);
        return 1;
}

void session_set_held_limits(Session *s) {
        /* A call that is held again waits for another restart. */
        waiters_succeed(&s->waiters.limits);
}

int session_set_limits(Session *s, const Limits *limits, const Reply *reply, sd_bus_error *error) {
        char unit[CALLER_UNIT_MAX];
        int r;

        r = limits_check_supported(s->manager, limits, error);
        if (r < 0)
                return r;
        if (session_phase_state(s->phase) == STATE_RESTARTING)
                return hold(s, reply, error);
        if (session_phase_state(s->phase) != STATE_RUNNING)
                return sd_bus_error_setf(error, ERROR_STOPPED, "Session %s is ending.", s->id);
        if (outside_is_all(s)) {
                (void) outside_has_leader(s, unit);
                return sd_bus_error_setf(error, ERROR_LIMIT_NOT_TAKEN,
                        "Nothing of session %s is in its scope any more: its leader (%" PRIi32
                        ") is in %s, which has limits of its own.",
                        s->id, (int32_t) s->leader.pid, unit[0] ? unit : "no unit");
        }
        s->limits.read = 0;
        session_refresh_limits(s); /* to know what a refused limit has to be set back to */
        r = systemd_set_limits(s, limits, reply, on_set);
        if (r == -EDQUOT)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for systemd already; try again.");
        if (r < 0)
                return r;
        s->limits.under_way++;
        return 1;
}
