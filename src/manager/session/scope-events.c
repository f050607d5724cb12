/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Watches the files of scopes' cgroups that change when something happens, by inotify. */

#include "manager/session/scope-events.h"
#include "manager/base/cgroup.h"
#include "manager/memory/memory-events.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/freezer.h"
#include "shared/log.h"

static int on_cgroup_events(
        sd_event_source *source _unused_, const struct inotify_event *event _unused_, void *userdata) {
        freezer_update(userdata, /* is_new = */ false);
        return 0;
}

void scope_events_start(Session *s) {
        int r;

        scope_events_stop(s);
        memory_events_start(s);
        r = cgroup_watch(&s->manager->cgroups, s->manager->event, s->slice, s->scope.unit, "cgroup.events",
                on_cgroup_events, s, &s->scope_events.cgroup);
        if (r == -EOPNOTSUPP || r == -ENOENT)
                return;
        if (r < 0)
                log_warning_errno(r, "Cannot watch the cgroup of session %s, not following it: %m", s->id);
        /* Changes before the watch began show in the files. */
        freezer_update(s, /* is_new = */ true);
}

void scope_events_stop(Session *s) {
        memory_events_stop(s);
        s->scope_events.cgroup = sd_event_source_disable_unref(s->scope_events.cgroup);
}
