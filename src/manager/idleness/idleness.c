/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One answer to whether a session is idle. */

#include "manager/idleness/idleness.h"
#include "manager/base/cgroup.h"
#include "manager/idleness/cpu-watch.h"
#include "manager/idleness/input-watch.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/freezer.h"
#include "manager/session/session.h"
#include "shared/process.h"

static const char *const names[_IDLE_REASON_MAX] = {
        [IDLE_REASON_CHANGING] = "changing",
        [IDLE_REASON_BUSY] = "busy",
        [IDLE_REASON_CPU] = "cpu",
        [IDLE_REASON_INPUT] = "input",
        [IDLE_REASON_OUTPUT] = "output",
        [IDLE_REASON_NEW] = "new",
        [IDLE_REASON_NO_ACTIVITY] = "no-activity",
        [IDLE_REASON_BUSY_WITHOUT_CPU] = "busy-without-cpu",
        [IDLE_REASON_WAITING_FOR_INPUT] = "waiting-for-input",
        [IDLE_REASON_FROZEN] = "frozen",
};

const char *idle_reason_to_string(IdleReason reason) {
        return names[reason];
}

static usec_t passed(usec_t then, usec_t now) {
        return then < now ? now - then : 0;
}

static Idleness idle(usec_t since, IdleReason reason) {
        return (Idleness){ .since = since, .last_activity = since, .reason = reason };
}

static Idleness active(usec_t last, IdleReason reason) {
        return (Idleness){ .last_activity = last, .reason = reason };
}

static Idleness judge_busy(const IdleFacts *f, usec_t last) {
        usec_t used = MAX(f->last_input, f->last_output);

        if (f->input_since > 0)
                return idle(MAX(f->input_since, used), IDLE_REASON_WAITING_FOR_INPUT);
        if (f->cpu_known && passed(last, f->now) >= f->busy_without_cpu)
                return idle(last, IDLE_REASON_BUSY_WITHOUT_CPU);
        return active(f->now, IDLE_REASON_BUSY);
}

Idleness idleness_judge(const IdleFacts *f) {
        /* What was last, and among equals what says most. */
        const struct {
                usec_t when;
                IdleReason reason;
        } activities[] = {
                { f->last_cpu, IDLE_REASON_CPU },
                { f->kernel_since, IDLE_REASON_BUSY },
                { f->last_output, IDLE_REASON_OUTPUT },
                { f->last_input, IDLE_REASON_INPUT },
                { f->created, IDLE_REASON_NEW },
        };
        IdleReason reason = IDLE_REASON_NEW;
        usec_t last = 0;

        for (size_t i = 0; i < ELEMENTSOF(activities); i++)
                if (activities[i].when > last) {
                        last = activities[i].when;
                        reason = activities[i].reason;
                }
        last = MIN(last, f->now);
        if (!f->running)
                return active(f->now, IDLE_REASON_CHANGING);
        if (f->frozen)
                return idle(last, IDLE_REASON_FROZEN);
        if (f->kernel_busy)
                return judge_busy(f, last);
        if (passed(last, f->now) < IDLENESS_GRACE_USEC)
                return active(last, reason);
        return idle(last, IDLE_REASON_NO_ACTIVITY);
}

static bool kernel_is_busy(const Session *s) {
        return s->kernel.state && streq(s->kernel.state, "busy");
}

static void observe_input(Session *s) {
        uint64_t switches;

        if (!kernel_is_busy(s) || !s->kernel.language || !streq(s->kernel.language, "python") ||
                s->leader.pid <= 0 || process_voluntary_switches(s->leader.pid, &switches) < 0) {
                s->input_watch = (InputWatch){};
                return;
        }
        input_watch_observe(&s->input_watch, switches, s->usage.counters[USAGE_CPU],
                passed(s->kernel.state_since, now_usec(CLOCK_REALTIME)), now_usec(CLOCK_MONOTONIC),
                now_usec(CLOCK_REALTIME));
}

void idleness_observe(Session *s) {
        if (s->usage.realtime > 0)
                (void) cpu_watch_observe(
                        &s->cpu_watch, s->usage.counters[USAGE_CPU], s->usage.monotonic, s->usage.realtime);
        observe_input(s);
}

static usec_t known(usec_t when) {
        return when == UINT64_MAX ? 0 : when;
}

Idleness idleness_of(Session *s) {
        IdleFacts facts = {
                .created = s->created,
                .running = session_phase_state(s->phase) == STATE_RUNNING,
                .frozen = freezer_is_frozen(s),
                .kernel_busy = kernel_is_busy(s),
                .kernel_since = s->kernel.state ? s->kernel.state_since : 0,
                .busy_without_cpu = s->manager->config.busy_without_cpu,
        };
        usec_t input, output;

        idleness_observe(s);
        session_read_activity(s, &input, &output);
        facts.last_input = known(input);
        facts.last_output = known(output);
        facts.cpu_known = s->usage.counters[USAGE_CPU] != USAGE_UNKNOWN;
        facts.last_cpu = s->cpu_watch.last;
        facts.input_since = s->input_watch.since;
        facts.now = now_usec(CLOCK_REALTIME);
        return idleness_judge(&facts);
}
