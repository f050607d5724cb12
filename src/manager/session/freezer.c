/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Freezing sessions.
 *
 *   Freeze, Thaw --> FreezeUnit, ThawUnit --> (systemd answers) --> cgroup.events of the scope --> answers
 *   systemctl freeze, a killed manager --> (cgroup.events changes; scope-events.c) --'
 *
 * The kernel's word is the state; nothing of it is on record. Of two opposite requests the later one wins:
 * systemd gives up the earlier one, and who asked for it is told when the later one is done. */

#include <stdio.h>

#include "manager/access/admission.h"
#include "manager/base/audit.h"
#include "manager/base/cgroup.h"
#include "manager/model/manager.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/model/waiters.h"
#include "manager/registry/session-changes.h"
#include "manager/session/freezer.h"
#include "manager/systemd/systemd-freezer.h"
#include "shared/log.h"
#include "shared/names.h"

static const char *const state_names[FREEZER_STATE_MAX] = {
        [FREEZER_RUNNING] = "running",
        [FREEZER_FREEZING] = "freezing",
        [FREEZER_FROZEN] = "frozen",
        [FREEZER_THAWING] = "thawing",
};

const char *freezer_state_to_string(FreezerState state) {
        return state >= 0 && state < FREEZER_STATE_MAX ? state_names[state] : NULL;
}

bool freezer_is_frozen(const Session *s) {
        return s->freezer.state == FREEZER_FROZEN;
}

/* What the kernel says */

int freezer_parse(const char *text, bool *ret) {
        uint64_t frozen = cgroup_parse_key(text, "frozen");

        if (frozen == UINT64_MAX)
                return -ENOENT;
        *ret = frozen > 0;
        return 0;
}

static int read_frozen(const Session *s, bool *ret, bool *ret_populated) {
        char text[CGROUP_TEXT_MAX];
        int r;

        r = cgroup_read_text(&s->manager->cgroups, s->slice, s->scope.unit, "cgroup.events", text);
        if (r < 0)
                return r;
        *ret_populated = cgroup_parse_key(text, "populated") > 0;
        return freezer_parse(text, ret);
}

static void set_state(Session *s, FreezerState state) {
        if (s->freezer.state == state)
                return;
        s->freezer.state = state;
        session_changed(s, CHANGE_FREEZER);
}

static bool is_under_way(const Session *s) {
        return s->freezer.state == FREEZER_FREEZING || s->freezer.state == FREEZER_THAWING;
}

void freezer_update(Session *s, bool is_new) {
        bool frozen, populated;

        /* A change that we asked for is over when systemd answers, not before. */
        if (is_under_way(s) || read_frozen(s, &frozen, &populated) < 0 || frozen == freezer_is_frozen(s))
                return;
        set_state(s, frozen ? FREEZER_FROZEN : FREEZER_RUNNING);
        /* An empty cgroup is never frozen: the session ended, and nobody thawed it. */
        if (!is_new && populated && session_phase_state(s->phase) == STATE_RUNNING)
                audit_frozen(s, frozen, (Actor){}, /* method = */ NULL);
}

/* Answers */

/* Answers all who wait: callers whose wish came true with success, the others with the error. */
static void answer_all(Session *s, const char *name, const char *problem) {
        bool frozen = freezer_is_frozen(s);
        char sentence[512];

        (void) snprintf(sentence, sizeof(sentence), "Session %s could not be %s: %s", s->id,
                frozen ? "thawed" : "frozen", problem);
        waiters_succeed(frozen ? &s->freezer.freezing : &s->freezer.thawing);
        waiters_fail(frozen ? &s->freezer.thawing : &s->freezer.freezing, name, sentence);
}

static void finish(Session *s, bool freeze, const sd_bus_error *problem) {
        const char *method = s->freezer.method;
        bool frozen, populated;

        if (read_frozen(s, &frozen, &populated) < 0)
                frozen = freeze == !problem;
        set_state(s, frozen ? FREEZER_FROZEN : FREEZER_RUNNING);
        s->freezer.method = NULL;
        if (frozen == freeze && method && admission_may_audit(s->manager, s->freezer.actor.uid))
                audit_frozen(s, frozen, s->freezer.actor, method);
        /* The freeze is taken back: a process that waits for a disk, say, would otherwise be frozen once
         * that wait is over. */
        if (problem && freeze && !frozen)
                (void) systemd_freeze_scope(s, /* freeze = */ false, /* on_done = */ NULL);
        if (!problem)
                answer_all(s, ERROR_FREEZE_FAILED,
                        frozen == freeze ? "somebody asked for the opposite meanwhile."
                                         : "its slice is frozen; see 'systemctl status' of that.");
        else
                answer_all(s,
                        sd_bus_error_has_name(problem, SD_BUS_ERROR_NOT_SUPPORTED) ? ERROR_NOT_SUPPORTED
                                                                                   : ERROR_FREEZE_FAILED,
                        problem->message ? problem->message : "systemd gives no reason.");
}

/* Ignores replies to a request that an opposite one has superseded. */
static int on_frozen(SystemdCall *c _unused_, Session *s, const sd_bus_error *problem) {
        if (s && s->freezer.state == FREEZER_FREEZING)
                finish(s, /* freeze = */ true, problem);
        return 0;
}

static int on_thawed(SystemdCall *c _unused_, Session *s, const sd_bus_error *problem) {
        if (s && s->freezer.state == FREEZER_THAWING)
                finish(s, /* freeze = */ false, problem);
        return 0;
}

static int ask(Session *s, bool freeze) {
        int r;

        r = systemd_freeze_scope(s, freeze, freeze ? on_frozen : on_thawed);
        if (r >= 0)
                set_state(s, freeze ? FREEZER_FREEZING : FREEZER_THAWING);
        return r;
}

/* Requests */

static int check(const Session *s, sd_bus_error *error) {
        if (!s->manager->cgroups.unified)
                return sd_bus_error_setf(error, ERROR_NOT_SUPPORTED,
                        "Session %s cannot be frozen or thawed: freezing is not supported here, as it needs cgroup v2 "
                        "and this machine has cgroup v1 (systemd.unified_cgroup_hierarchy=1 on the kernel's command line "
                        "changes that).",
                        s->id);
        if (session_phase_state(s->phase) != STATE_RUNNING)
                return sd_bus_error_setf(
                        error, ERROR_STOPPED, "Session %s is ending or being restarted.", s->id);
        return 0;
}

/* Holds the call until the session is as wanted, and asks systemd unless it was asked already. */
static int request(Session *s, bool freeze, const char *method, const Reply *reply, sd_bus_error *error) {
        Waiters *waiters = freeze ? &s->freezer.freezing : &s->freezer.thawing;
        int r;

        if (waiters_add(waiters, &s->manager->charges, reply) < 0)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "Too many callers wait for session %s to be frozen or thawed already.", s->id);
        if (s->freezer.state == (freeze ? FREEZER_FREEZING : FREEZER_THAWING))
                return 1;
        s->freezer.actor = reply_actor(reply);
        s->freezer.method = method;
        r = ask(s, freeze);
        /* If an opposite request is under way, the answer comes with its end. */
        if (r < 0 && !is_under_way(s))
                answer_all(s, ERROR_FREEZE_FAILED, strerror(-r));
        return 1;
}

int freezer_freeze(Session *s, const Reply *reply, sd_bus_error *error) {
        int r;

        r = check(s, error);
        if (r < 0)
                return r;
        if (freezer_is_frozen(s))
                return reply_success(reply);
        return request(s, /* freeze = */ true, "Freeze", reply, error);
}

int freezer_thaw(Session *s, const Reply *reply, sd_bus_error *error) {
        int r;

        r = check(s, error);
        if (r < 0)
                return r;
        if (s->freezer.state == FREEZER_RUNNING)
                return reply_success(reply);
        return request(s, /* freeze = */ false, "Thaw", reply, error);
}

int freezer_thaw_first(Session *s, const char *method, const Reply *reply, sd_bus_error *error) {
        Reply again;

        if (s->freezer.state == FREEZER_RUNNING || session_phase_state(s->phase) != STATE_RUNNING)
                return 0;
        again = reply_as(reply, REPLY_AGAIN);
        return request(s, /* freeze = */ false, method, &again, error);
}

void freezer_release(Session *s) {
        if (s->freezer.state != FREEZER_FROZEN && s->freezer.state != FREEZER_FREEZING)
                return;
        s->freezer.method = NULL;
        if (ask(s, /* freeze = */ false) < 0)
                log_warning("Session %s is frozen and cannot be thawed, leaving that to its stop.", s->id);
}
