/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes a session of a scope of ours that has no record. */

#include <stdio.h>

#include "manager/model/session-state.h"
#include "manager/model/session.h"
#include "manager/registry/session-counts.h"
#include "manager/session/adopt.h"
#include "manager/session/scope-events.h"
#include "manager/session/session-engine.h"
#include "manager/session/session-leader.h"
#include "manager/session/session-lifetime.h"
#include "manager/systemd/systemd-references.h"
#include "manager/systemd/systemd-units.h"
#include "shared/parse.h"
#include "shared/process.h"
#include "shared/text.h"

/* The uid in compute-1000.slice. */
static int read_slice(const char *slice, uid_t *ret) {
        const char *number = startswith(slice, "compute-");
        _cleanup_free_ char *copy = NULL;
        char expected[UNIT_NAME_SIZE];
        uint32_t uid;

        if (!number)
                return -EBADMSG;
        copy = strndup(number, strcspn(number, "."));
        if (!copy)
                return -ENOMEM;
        if (parse_uint32(copy, &uid) < 0)
                return -EBADMSG;
        session_slice_name(uid, expected);
        if (!streq(slice, expected))
                return -EBADMSG;
        *ret = uid;
        return 0;
}

/* Takes name and kernel out of what session_describe() made of them. */
static int read_description(Session *s, const char *description) {
        const char *name = startswith(description, s->type == SESSION_TERMINAL ? "Terminal " : "Notebook ");
        const char *kernel = name && s->type == SESSION_NOTEBOOK ? strrchr(name, '(') : NULL;

        if (!name)
                name = description;
        if (kernel && (kernel < name + 2 || kernel[-1] != ' '))
                kernel = NULL; /* it is a part of the name */
        if (kernel) {
                s->name = strndup(name, (size_t) (kernel - 1 - name));
                s->program.kernel = strndup(kernel + 1, strcspn(kernel + 1, ")"));
        } else
                s->name = text_sanitize(name, SESSION_NAME_MAX);
        return s->name && (!kernel || s->program.kernel) ? 0 : -ENOMEM;
}

/* Finds the process that started first. */
static int find_oldest(const uint32_t *pids, size_t n, pid_t *ret) {
        uint64_t oldest = UINT64_MAX, start;

        for (size_t i = 0; i < n; i++)
                if (process_start_time((pid_t) pids[i], &start) >= 0 && start < oldest) {
                        oldest = start;
                        *ret = (pid_t) pids[i];
                }
        return oldest < UINT64_MAX ? 0 : -ESRCH;
}

static int describe(Session *s, const ScopeDescription *scope) {
        pid_t leader;
        int r;

        r = read_description(s, scope->description);
        if (r < 0)
                return r;
        r = find_oldest(scope->pids, scope->n_pids, &leader);
        if (r < 0)
                return r;
        r = session_set_leader(s, leader);
        s->leader.scoped = r >= 0;
        return r;
}

int session_adopt(Manager *m, const char *scope, bool kept, Session **ret) {
        _cleanup_(scope_description_done) ScopeDescription description = {};
        char id[SESSION_ID_MAX];
        SessionType type;
        uint64_t number;
        Session *s;
        uid_t uid;
        int r;

        r = session_id_from_scope(scope, id);
        if (r < 0)
                return r;
        (void) session_id_parse(id, &type, &number);
        r = systemd_describe_scope(m, scope, &description);
        if (r < 0)
                return r;
        r = read_slice(description.slice, &uid);
        if (r < 0)
                return r;
        r = session_new(m, type, number, uid, kept, &s);
        if (r < 0)
                return r;
        r = describe(s, &description);
        if (r < 0) {
                (void) session_free(s);
                return r;
        }
        s->announced = true;
        manager_count(m, s, +1);
        systemd_reference_scope(s);
        scope_events_start(s);
        session_enter(s, (SessionStep){ .phase = PHASE_RUNNING });
        *ret = s;
        return 0;
}
