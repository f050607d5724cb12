/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What systemd-oomd says. Its signal comes once all is killed, so the session may be on its way to the end by then, with
 * the result that such a SIGKILL has by itself. */

#include <signal.h>

#include "manager/audit.h"
#include "manager/manager.h"
#include "manager/oomd.h"
#include "manager/session.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/process.h"

static void note_killed(Session *s, const char *reason) {
        MemoryEvents *e = &s->memory_events;
        ProcessEntry leader = { .pid = s->leader };

        log_info("systemd-oomd killed session %s (%s).", s->id, reason);
        (void) process_entry_read(s->leader, &leader);
        e->oomd_killed = true;
        e->last_kill = now_usec(CLOCK_REALTIME);
        e->last_pid = (uint32_t) leader.pid;
        memcpy(e->last_command, leader.command, sizeof(e->last_command));
        session_changed(s, CHANGE_OOM);
        if (s->leader_ended && s->exit_code != CLD_EXITED)
                session_improve_result(s, RESULT_OOM_KILLED);
        audit_oom_killed(s, 1);
}

static int on_killed(sd_bus_message *signal, void *userdata, sd_bus_error *error _unused_) {
        const char *cgroup, *reason, *name;
        Manager *m = userdata;
        char id[SESSION_ID_MAX];
        Session *s;
        int r;

        r = sd_bus_message_read(signal, "ss", &cgroup, &reason);
        if (r < 0)
                return r;
        name = strrchr(cgroup, '/');
        if (session_id_from_scope(name ? name + 1 : cgroup, id) < 0)
                return 0;
        s = session_table_get_by_id(&m->sessions, id);
        if (s && s->announced)
                note_killed(s, reason);
        return 0;
}

int oomd_start(Manager *m) {
        if (m->user_mode) /* it is on the system's bus */
                return 0;
        return sd_bus_match_signal(m->bus, NULL, "org.freedesktop.oom1", "/org/freedesktop/oom1",
                "org.freedesktop.oom1.Manager", "Killed", on_killed, m);
}
