/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How sessions are made and freed. */

#include <unistd.h>

#include "manager/access/usage.h"
#include "manager/base/start-request.h"
#include "manager/base/systemd-names.h"
#include "manager/keepers/keeper-link.h"
#include "manager/keepers/keeper-request.h"
#include "manager/memory/reclaim.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "manager/session/scope-events.h"
#include "manager/session/session-lifetime.h"
#include "manager/systemd/keep-user.h"
#include "manager/systemd/systemd.h"
#include "shared/process.h"
#include "shared/strv.h"

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
                .leader.audit_session = AUDIT_SESSION_UNSET,
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
        s->cpu_watch.begin = s->created_monotonic;
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
        keep_user_no_longer(s->manager, s->uid);
        systemd_forget(s);
        keeper_link_close(s);
        keeper_requests_done(&s->keeper.requests);
        s->request = start_request_free(s->request);
        waiters_done(&s->waiters.start);
        waiters_done(&s->waiters.restart);
        waiters_done(&s->waiters.limits);
        waiters_done(&s->waiters.stop);
        waiters_done(&s->freezer.freezing);
        waiters_done(&s->freezer.thawing);
        scope_events_stop(s);
        s->reclaim = reclaim_unref(s->reclaim);
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
        free(s->end.companions);
        free(s);
        return NULL;
}

void session_free_all(SessionTable *table) {
        while (table->n > 0)
                (void) session_free(table->items[table->n - 1]);
        free(table->items);
        *table = (SessionTable){};
}
