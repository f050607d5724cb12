/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How many sessions there are, as it is told on the bus. */

#include "manager/registry/session-counts.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-changes.h"

void manager_count(Manager *m, const Session *s, int delta) {
        if (s->type == SESSION_NOTEBOOK)
                m->counts.notebooks += (unsigned) delta;
        else
                m->counts.terminals += (unsigned) delta;
        m->counts.changed = true;
        manager_flush_later(m);
}

bool manager_exceeds_recommended(const Manager *m) {
        return (uint64_t) m->counts.notebooks + m->counts.terminals > m->config.recommended_sessions;
}
