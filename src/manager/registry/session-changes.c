/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which sessions changed. */

#include <systemd/sd-event.h>

#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-changes.h"

void manager_flush_later(Manager *m) {
        (void) sd_event_source_set_enabled(m->flush, SD_EVENT_ONESHOT);
}

void session_changed(Session *s, SessionChange change) {
        if (!s->changes) {
                s->next_changed = s->manager->changed;
                s->manager->changed = s;
        }
        s->changes |= change;
        manager_flush_later(s->manager);
}
