/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One session: what is known of it. */

#include <endian.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "manager/base/start-request.h"
#include "manager/base/systemd-names.h"
#include "manager/keepers/keeper-link.h"
#include "manager/manager.h"
#include "manager/session/session-record.h"
#include "manager/session/session.h"
#include "manager/systemd/systemd.h"
#include "shared/keeper-protocol.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "shared/text.h"

int session_new(Manager *m, SessionType type, uint64_t number, uid_t uid, bool kept, Session **ret) {
        Session *s;
        int r;

        s = calloc(1, sizeof(Session));
        if (!s)
                return -ENOMEM;
        *s = (Session){
                .manager = m,
                .type = type,
                .number = number,
                .uid = uid,
                .kept = kept,
                .leader.fd = -EBADF,
                .keeper.activity_fd = -EBADF,
                .end.exit_status = -1,
                .terminal.on_detach = USEC_INFINITY,
                .end.cpu_usage_nsec = USAGE_UNKNOWN,
                .end.oom_kills = UINT64_MAX,
                .end.memory_limit = UINT64_MAX,
                .end.memory_peak = UINT64_MAX,
                .created = now_usec(CLOCK_REALTIME),
                .created_monotonic = now_usec(CLOCK_MONOTONIC),
        };
        session_id_format(type, number, s->id);
        session_scope_name(s->id, s->scope.unit);
        session_slice_name(uid, s->slice);
        if (kept)
                session_keeper_name(s->id, s->keeper.unit);
        usage_init(&s->usage);
        limits_init(&s->limits.values);
        r = sd_bus_path_encode(SYSTEMD_UNIT_PATH, s->scope.unit, &s->scope.path);
        if (r >= 0)
                r = session_table_add(&m->sessions, s);
        if (r < 0) {
                free(s->scope.path);
                free(s);
                return r;
        }
        *ret = s;
        return 0;
}

static void leave_changed(Session *s) {
        for (Session **p = &s->manager->changed; *p; p = &(*p)->next_changed)
                if (*p == s) {
                        *p = s->next_changed;
                        return;
                }
}

Session *session_free(Session *s) {
        if (!s)
                return NULL;
        leave_changed(s);
        session_table_remove(&s->manager->sessions, s);
        systemd_forget(s);
        keeper_link_close(s);
        keeper_requests_done(&s->keeper.requests);
        s->request = start_request_free(s->request);
        waiters_done(&s->waiters.start);
        waiters_done(&s->waiters.restart);
        waiters_done(&s->waiters.limits);
        waiters_done(&s->waiters.stop);
        waiters_done(&s->freezer.callers);
        scope_events_stop(s);
        sd_event_source_disable_unref(s->leader.event);
        sd_event_source_disable_unref(s->deadline);
        sd_event_source_disable_unref(s->keeper.reconnect);
        sd_event_source_disable_unref(s->keeper.farewell);
        sd_event_source_disable_unref(s->terminal.detached);
        (void) safe_close(s->leader.fd);
        (void) safe_close(s->keeper.activity_fd);
        free(s->scope.path);
        free(s->name);
        strv_free(s->program.command);
        free(s->program.directory);
        free(s->program.notebook);
        free(s->program.kernel);
        free(s->program.connection_file);
        free(s->kernel.language);
        free(s->terminal.title);
        free(s->terminal.foreground);
        free(s->terminal.foreground_directory);
        free(s->error.message);
        free(s);
        return NULL;
}

void session_changed(Session *s, SessionChange change) {
        if (!s->changes) {
                s->next_changed = s->manager->changed;
                s->manager->changed = s;
        }
        s->changes |= change;
        manager_flush_later(s->manager);
}

char *session_default_name(const Session *s) {
        const char *path, *base;
        char *name;

        path = strempty(s->type == SESSION_NOTEBOOK ? s->program.notebook
                                                    : (s->program.command ? s->program.command[0] : NULL));
        if (path[0] == '-') /* a login shell */
                path++;
        base = strrchr(path, '/');
        name = text_sanitize(base ? base + 1 : path, SESSION_NAME_MAX);
        if (!name || session_name_is_valid(name))
                return name;
        free(name);
        return strdup(session_type_to_string(s->type));
}

char *session_describe(const Session *s) {
        char *description;
        int r;

        if (s->type == SESSION_TERMINAL)
                r = asprintf(&description, "Terminal %s", strempty(s->name));
        else if (isempty(s->program.kernel))
                r = asprintf(&description, "Notebook %s", strempty(s->name));
        else
                r = asprintf(&description, "Notebook %s (%s)", strempty(s->name), s->program.kernel);
        return r < 0 ? NULL : description;
}

static int save(const Session *s) {
        int r = session_record_save(s);

        return r < 0 ? log_error_errno(r, "Cannot save the record of session %s: %m", s->id) : 0;
}

int session_set_name(Session *s, const char *name) {
        _cleanup_free_ char *other = NULL;
        int r;

        if (streq_null(s->name, name))
                return 0;
        other = strdup(name);
        if (!other)
                return -ENOMEM;
        SWAP(s->name, other);
        r = save(s);
        if (r < 0) {
                SWAP(s->name, other);
                return r;
        }
        session_changed(s, CHANGE_NAME);
        return 0;
}

/* Gives it the name that its new file makes, if its old one made the name that it has. */
static int follow_notebook(Session *s, const char *old_default, char **ret_old_name) {
        char *name;

        if (!streq_null(s->name, old_default))
                return 0;
        name = session_default_name(s);
        if (!name)
                return -ENOMEM;
        *ret_old_name = s->name;
        s->name = name;
        return 1;
}

int session_set_notebook(Session *s, const char *notebook) {
        _cleanup_free_ char *old_default = session_default_name(s);
        _cleanup_free_ char *other = NULL, *other_name = NULL;
        int r, renamed;

        if (!old_default)
                return -ENOMEM;
        if (session_table_get_by_notebook(&s->manager->sessions, s->uid, notebook, s))
                return -EEXIST;
        if (streq_null(s->program.notebook, notebook))
                return 0;
        other = strdup(notebook);
        if (!other)
                return -ENOMEM;
        SWAP(s->program.notebook, other);
        r = renamed = follow_notebook(s, old_default, &other_name);
        if (r >= 0)
                r = save(s);
        if (r < 0) {
                SWAP(s->program.notebook, other);
                if (renamed > 0)
                        SWAP(s->name, other_name);
                return r;
        }
        session_changed(s, CHANGE_NOTEBOOK);
        if (renamed > 0)
                session_changed(s, CHANGE_NAME);
        return 0;
}

const char *session_on_detach_to_string(const Session *s, char ret[ON_DETACH_SIZE]) {
        if (s->terminal.on_detach == USEC_INFINITY)
                return "keep";
        if (s->terminal.on_detach == 0)
                return "stop";
        snprintf(ret, ON_DETACH_SIZE, "%" PRIu64 "us", s->terminal.on_detach);
        return ret;
}

void session_read_activity(const Session *s, usec_t *ret_input, usec_t *ret_output) {
        KeeperActivity activity;

        if (s->keeper.activity_fd < 0 ||
                pread(s->keeper.activity_fd, &activity, sizeof(activity), 0) != sizeof(activity)) {
                *ret_input = *ret_output = UINT64_MAX;
                return;
        }
        *ret_input = le64toh(activity.last_input);
        *ret_output = le64toh(activity.last_output);
}

usec_t session_last_work(const Session *s) {
        if (!s->kernel.state)
                return 0;
        return streq(s->kernel.state, "busy") ? now_usec(CLOCK_REALTIME) : s->kernel.state_since;
}

void session_read_memory(Session *s) {
        CgroupMemory memory;

        cgroup_read_memory(&s->manager->cgroups, s->slice, s->scope.unit, &memory);
        if (memory.limit != UINT64_MAX)
                s->end.memory_limit = memory.limit;
        if (memory.peak != UINT64_MAX)
                s->end.memory_peak = s->end.memory_peak == UINT64_MAX ? memory.peak
                                                                      : MAX(s->end.memory_peak, memory.peak);
        if (memory.oom_kills != UINT64_MAX)
                s->end.oom_kills = memory.oom_kills;
}

void session_read_last_memory(Session *s) {
        if (!s->end.memory_is_last)
                s->end.memory_peak = s->end.oom_kills = UINT64_MAX;
        session_read_memory(s);
        s->end.memory_is_last = s->end.memory_peak != UINT64_MAX;
}

SessionResult session_leader_result(const Session *s) {
        /* Systemd does not tell with OOMPolicy=continue. That a scope had OOM kills before, nobody knows of whom, and its
         * leader is killed by somebody's SIGKILL now, looks the same. */
        if (s->end.exit_code == CLD_KILLED && s->end.exit_status == SIGKILL && memory_events_explain(s))
                return RESULT_OOM_KILLED;
        return session_result_from_exit(s->end.exit_code, s->end.exit_status);
}

void session_set_result(Session *s, SessionResult result) {
        if (s->end.result != RESULT_NONE)
                return;
        s->end.result = result;
        session_changed(s, CHANGE_RESULT);
}

void session_improve_result(Session *s, SessionResult result) {
        if (s->end.stop_requested || s->end.result == result)
                return;
        s->end.result = result;
        session_changed(s, CHANGE_RESULT);
}

void session_set_error(Session *s, const char *name, const char *format, ...) {
        va_list arguments;

        if (s->error.name)
                return;
        s->error.name = name;
        va_start(arguments, format);
        if (vasprintf(&s->error.message, format, arguments) < 0)
                s->error.message = NULL;
        va_end(arguments);
}
