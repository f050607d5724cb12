/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Writes the audit log. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "manager/base/audit.h"
#include "manager/base/cgroup.h"
#include "manager/base/journal.h"
#include "manager/base/policy.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session.h"
#include "shared/message-ids.h"

#define FIELDS_MAX 24

typedef struct Entry {
        Manager *manager;
        struct iovec fields[FIELDS_MAX];
        size_t n;
} Entry;

/* Adds "NAME=value"; a field that there is no memory or room for is left out. */
static void _printf_(2, 3) add(Entry *e, const char *format, ...) {
        va_list arguments;
        char *field;
        int length;

        if (e->n == FIELDS_MAX)
                return;
        va_start(arguments, format);
        length = vasprintf(&field, format, arguments);
        va_end(arguments);
        if (length >= 0)
                e->fields[e->n++] = (struct iovec){ .iov_base = field, .iov_len = (size_t) length };
}

static void add_session(Entry *e, const Session *s) {
        add(e, "SESSION_ID=%s", s->id);
        add(e, "SESSION_TYPE=%s", session_type_to_string(s->type));
        add(e, "SESSION_NAME=%s", strempty(s->name));
        add(e, "USER_ID=%" PRIu32, (uint32_t) s->uid);
        add(e, "UNIT=%s", s->scope.unit);
        if (s->keeper.unit[0])
                add(e, "KEEPER_UNIT=%s", s->keeper.unit);
        if (s->leader.pid > 0)
                add(e, "LEADER=%" PRIi32, (int32_t) s->leader.pid);
        if (s->program.notebook)
                add(e, "NOTEBOOK=%s", s->program.notebook);
}

static void begin(Entry *e, Manager *m, int priority, const char *message_id, const Session *s) {
        *e = (Entry){ .manager = m };
        add(e, "PRIORITY=%i", priority);
        add(e, "MESSAGE_ID=%s", message_id);
        add(e, "SYSLOG_IDENTIFIER=compute-sessiond");
        if (s)
                add_session(e, s);
}

static void end(Entry *e) {
        journal_send(&e->manager->journal, e->fields, e->n);
        for (size_t i = 0; i < e->n; i++)
                free(e->fields[i].iov_base);
}

/* "user 0 (logged in as 1000)". */
#define ACTOR_SIZE 64
static void add_actor(Entry *e, Actor actor, char ret_who[ACTOR_SIZE]) {
        add(e, "ACTOR_UID=%" PRIu32, (uint32_t) actor.uid);
        if (actor.login == NO_LOGIN || actor.login == actor.uid) {
                snprintf(ret_who, ACTOR_SIZE, "user %" PRIu32, (uint32_t) actor.uid);
                return;
        }
        add(e, "ACTOR_LOGIN_UID=%" PRIu32, (uint32_t) actor.login);
        snprintf(ret_who, ACTOR_SIZE, "user %" PRIu32 " (logged in as %" PRIu32 ")", (uint32_t) actor.uid,
                (uint32_t) actor.login);
}

void audit_session_started(const Session *s) {
        _cleanup_free_ char *description = session_describe(s);
        Entry e;

        begin(&e, s->manager, LOG_INFO, MESSAGE_SESSION_START, s);
        add(&e, "MESSAGE=Session %s (%s) of user %" PRIu32 " started.", s->id, strempty(description),
                (uint32_t) s->uid);
        end(&e);
}

/* "exit status 3", "signal 9 (KILL)", or nothing. */
static void describe_exit(const Session *s, char *ret, size_t size) {
        const char *name = s->end.exit_status > 0 ? sigabbrev_np(s->end.exit_status) : NULL;

        ret[0] = 0;
        if (s->end.exit_code == CLD_EXITED)
                snprintf(ret, size, ", exit status %i", s->end.exit_status);
        else if (s->end.exit_code == CLD_KILLED || s->end.exit_code == CLD_DUMPED)
                snprintf(ret, size, ", signal %i (%s)", s->end.exit_status, name ? name : "?");
}

static void add_exit(Entry *e, const Session *s) {
        if (s->end.exit_code == 0)
                return;
        add(e, "EXIT_CODE=%s", s->end.exit_code == CLD_EXITED ? "exited" : "killed");
        add(e, "EXIT_STATUS=%i", s->end.exit_status);
}

static void add_memory(Entry *e, const Session *s) {
        if (s->end.memory_limit != UINT64_MAX)
                add(e, "MEMORY_LIMIT=%" PRIu64, s->end.memory_limit);
        if (s->end.memory_peak != UINT64_MAX)
                add(e, "MEMORY_PEAK=%" PRIu64, s->end.memory_peak);
}

void audit_session_ended(const Session *s, const char *outside) {
        usec_t duration = now_usec(CLOCK_MONOTONIC) - s->created_monotonic;
        char span[TIME_SPAN_SIZE], how[64];
        Entry e;

        describe_exit(s, how, sizeof(how));
        begin(&e, s->manager, LOG_INFO, MESSAGE_SESSION_END, s);
        add(&e, "RESULT=%s", session_result_to_string(s->end.result));
        add_exit(&e, s);
        if (s->restart.count > 0)
                add(&e, "RESTARTS=%" PRIu32, s->restart.count);
        add_memory(&e, s);
        if (s->end.cpu_usage_nsec != USAGE_UNKNOWN)
                add(&e, "CPU_USAGE_NSEC=%" PRIu64, s->end.cpu_usage_nsec);
        add(&e, "DURATION_USEC=%" PRIu64, duration);
        if (s->end.companions)
                add(&e, "ENDED_WITH=%s", s->end.companions);
        if (outside[0])
                add(&e, "OUTSIDE=%s", outside);
        add(&e, "MESSAGE=Session %s (%s) of user %" PRIu32 " ended: %s%s, after %s.%s%s%s%s%s%s", s->id,
                strempty(s->name), (uint32_t) s->uid, session_result_to_string(s->end.result), how,
                format_time_span(duration, span), s->end.companions ? " With it ended: " : "",
                strempty(s->end.companions), s->end.companions ? "." : "", outside[0] ? " Left alone: " : "",
                outside, outside[0] ? "." : "");
        end(&e);
}

void audit_start_failed(const Session *s) {
        Entry e;

        begin(&e, s->manager, LOG_NOTICE, MESSAGE_START_FAILED, s);
        add(&e, "RESULT=%s", session_result_to_string(s->end.result));
        add(&e, "REASON=%s", strempty(s->error.message));
        add(&e, "MESSAGE=Session %s (%s) of user %" PRIu32 " could not be started: %s", s->id,
                strempty(s->name), (uint32_t) s->uid, strempty(s->error.message));
        end(&e);
}

void audit_stop_requested(const Session *s, Actor actor, const char *method) {
        char who[ACTOR_SIZE];
        Entry e;

        begin(&e, s->manager, LOG_INFO, MESSAGE_STOP_REQUESTED, s);
        add_actor(&e, actor, who);
        add(&e, "METHOD=%s", method);
        add(&e, "MESSAGE=U%s asked to end session %s (%s) of user %" PRIu32 ".", who + 1, s->id,
                strempty(s->name), (uint32_t) s->uid);
        end(&e);
}

/* "User 1000 had the kernel of session n1 (a.ipynb) of user 1000 VERB." */
static void tell_of_kernel(
        const Session *s, const char *message_id, Actor actor, const char *method, const char *verb) {
        char who[ACTOR_SIZE];
        Entry e;

        begin(&e, s->manager, LOG_INFO, message_id, s);
        add_actor(&e, actor, who);
        add(&e, "METHOD=%s", method);
        add(&e, "MESSAGE=U%s had the kernel of session %s (%s) of user %" PRIu32 " %s.", who + 1, s->id,
                strempty(s->name), (uint32_t) s->uid, verb);
        end(&e);
}

void audit_restart_requested(const Session *s, Actor actor) {
        tell_of_kernel(s, MESSAGE_RESTART_REQUESTED, actor, "Restart", "restarted");
}

void audit_interrupted(const Session *s, Actor actor) {
        tell_of_kernel(s, MESSAGE_KERNEL_INTERRUPTED, actor, "Interrupt", "interrupted");
}

void audit_kernel_crashed(const Session *s, SessionResult result) {
        char how[64];
        Entry e;

        describe_exit(s, how, sizeof(how));
        begin(&e, s->manager, LOG_WARNING, MESSAGE_KERNEL_CRASHED, s);
        add_exit(&e, s);
        add(&e, "RESULT=%s", session_result_to_string(result));
        add(&e, "RESTARTS=%" PRIu32, s->restart.count);
        add(&e,
                "MESSAGE=The kernel of session %s (%s) of user %" PRIu32
                " ended by itself%s; it is started again.",
                s->id, strempty(s->name), (uint32_t) s->uid, how);
        end(&e);
}

void audit_kernel_restarted(const Session *s) {
        Entry e;

        begin(&e, s->manager, LOG_INFO, MESSAGE_KERNEL_RESTARTED, s);
        add(&e, "RESTARTS=%" PRIu32, s->restart.count);
        add(&e,
                "MESSAGE=The kernel of session %s (%s) of user %" PRIu32 " runs again (restart %" PRIu32
                ").",
                s->id, strempty(s->name), (uint32_t) s->uid, s->restart.count);
        end(&e);
}

void audit_kernel_watched(const Session *s) {
        Entry e;

        begin(&e, s->manager, LOG_INFO, MESSAGE_KERNEL_WATCHED, s);
        add(&e, "MESSAGE=The kernel of session %s (%s) of user %" PRIu32 " is watched by %s.", s->id,
                strempty(s->name), (uint32_t) s->uid, s->keeper.unit);
        end(&e);
}

void audit_oom_killed(const Session *s, uint64_t n) {
        const MemoryEvents *events = &s->memory_events;
        char who[PROCESS_COMMAND_SIZE + 32];
        Entry e;

        begin(&e, s->manager, LOG_WARNING, MESSAGE_OOM_KILLED, s);
        add_memory(&e, s);
        add(&e, "OOM_KILLS=%" PRIu64, n);
        if (events->last_pid > 0) {
                add(&e, "OOM_PID=%" PRIu32, events->last_pid);
                if (events->last_command[0])
                        add(&e, "OOM_COMMAND=%s", events->last_command);
                snprintf(who, sizeof(who), "%s (%" PRIu32 ")%s",
                        events->last_command[0] ? events->last_command : "a process", events->last_pid,
                        n > 1 ? " and others" : "");
        } else
                snprintf(who, sizeof(who), "%" PRIu64 " process%s", n, n == 1 ? "" : "es");
        add(&e, "MESSAGE=For want of memory, %s killed %s of session %s (%s) of user %" PRIu32 ".",
                events->oomd_killed ? "systemd-oomd" : "the kernel", who, s->id, strempty(s->name),
                (uint32_t) s->uid);
        end(&e);
}

void audit_memory_pressure(const Session *s, const char *level) {
        Entry e;

        begin(&e, s->manager, LOG_NOTICE, MESSAGE_MEMORY_PRESSURE, s);
        add_memory(&e, s);
        add(&e, "LEVEL=%s", level);
        add(&e, "MESSAGE=Session %s (%s) of user %" PRIu32 " is short of memory: pressure is %s.", s->id,
                strempty(s->name), (uint32_t) s->uid, level);
        end(&e);
}

void audit_frozen(const Session *s, bool frozen, Actor actor, const char *method) {
        char who[ACTOR_SIZE] = "systemd";
        Entry e;

        begin(&e, s->manager, LOG_INFO, frozen ? MESSAGE_SESSION_FROZEN : MESSAGE_SESSION_THAWED, s);
        if (method) {
                add_actor(&e, actor, who);
                add(&e, "METHOD=%s", method);
        }
        add(&e, "MESSAGE=Session %s (%s) of user %" PRIu32 " was %s by %s.", s->id, strempty(s->name),
                (uint32_t) s->uid, frozen ? "frozen" : "thawed", who);
        end(&e);
}

/* What is known of a session that has ended. */
static void add_subject(Entry *e, const Session *s, Owned subject) {
        if (s)
                return;
        add(e, "SESSION_ID=%s", subject.id);
        add(e, "USER_ID=%" PRIu32, (uint32_t) subject.uid);
}

void audit_request_refused(
        Manager *m, const Session *s, Actor actor, const char *interface, const char *method) {
        char who[ACTOR_SIZE];
        Entry e;

        begin(&e, m, LOG_NOTICE, MESSAGE_REQUEST_REFUSED, s);
        add_actor(&e, actor, who);
        add(&e, "METHOD=%s.%s", interface, method);
        add(&e, "MESSAGE=U%s was refused %s%s%s.", who + 1, method, s ? " on session " : "", s ? s->id : "");
        end(&e);
}

void audit_request_authorized(Manager *m, const Session *s, Owned subject, Actor actor,
        const char *interface, const char *method, const char *action) {
        char who[ACTOR_SIZE];
        Entry e;

        begin(&e, m, LOG_NOTICE, MESSAGE_REQUEST_AUTHORIZED, s);
        add_subject(&e, s, subject);
        add_actor(&e, actor, who);
        add(&e, "METHOD=%s.%s", interface, method);
        add(&e, "ACTION=%s", action);
        add(&e, "MESSAGE=U%s was let by polkit (%s) call %s on session %s%s%s%s of user %" PRIu32 ".",
                who + 1, action, method, subject.id, s ? " (" : "", s ? strempty(s->name) : "", s ? ")" : "",
                (uint32_t) subject.uid);
        end(&e);
}

void audit_limits_changed(const Session *s, Actor actor, const Limits *limits) {
        _cleanup_free_ char *text = limits_format(limits);
        char who[ACTOR_SIZE];
        Entry e;

        begin(&e, s->manager, LOG_INFO, MESSAGE_LIMITS_CHANGED, s);
        add_actor(&e, actor, who);
        add(&e, "METHOD=SetLimits");
        add(&e, "LIMITS=%s", strempty(text));
        add(&e, "MESSAGE=U%s limited session %s (%s) of user %" PRIu32 ": %s.", who + 1, s->id,
                strempty(s->name), (uint32_t) s->uid, strempty(text));
        end(&e);
}

void audit_outputs_purged(Manager *m, const Session *s, Owned subject, Actor actor) {
        char who[ACTOR_SIZE];
        Entry e;

        begin(&e, m, LOG_INFO, MESSAGE_OUTPUTS_PURGED, s);
        add_subject(&e, s, subject);
        add_actor(&e, actor, who);
        add(&e, "METHOD=%s", s ? "PurgeOutputs" : "PurgeEndedOutputs");
        add(&e, "MESSAGE=U%s had the outputs of session %s%s%s%s of user %" PRIu32 " forgotten.", who + 1,
                subject.id, s ? " (" : "", s ? strempty(s->name) : "", s ? ")" : "", (uint32_t) subject.uid);
        end(&e);
}

void audit_keeper_lost(const Session *s) {
        Entry e;

        begin(&e, s->manager, LOG_WARNING, MESSAGE_KEEPER_LOST, s);
        add(&e, "MESSAGE=Session %s (%s) of user %" PRIu32 " goes on without its keeper.", s->id,
                strempty(s->name), (uint32_t) s->uid);
        end(&e);
}
