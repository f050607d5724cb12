/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What systemd-oomd says: in an attribute of the cgroup before it kills all that is in it, and in a signal
 * once that is done. The attribute goes with the cgroup, and the signal comes when the session may be on its
 * way to the end already, with the result that such a SIGKILL has by itself. */

#include <fcntl.h>
#include <signal.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "manager/base/audit.h"
#include "manager/base/cgroup.h"
#include "manager/memory/oom-victim.h"
#include "manager/memory/oomd.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-changes.h"
#include "manager/registry/session-table.h"
#include "manager/session/session.h"
#include "shared/ids.h"
#include "shared/process.h"

#define ATTRIBUTE "user.oomd_ooms" /* how often it decided to */

static void note_killed(Session *s) {
        MemoryEvents *e = &s->memory_events;
        ProcessEntry leader = { .pid = s->leader.pid };

        if (e->oomd_killed)
                return;
        /* It may have been reaped, so that only its number is left. */
        (void) process_entry_read(s->leader.pid, &leader);
        session_read_memory(s);
        e->oomd_killed = true;
        e->last_kill = now_usec(CLOCK_REALTIME);
        e->last_pid = (uint32_t) leader.pid;
        memcpy(e->last_command, leader.command, sizeof(e->last_command));
        session_changed(s, CHANGE_OOM);
        if (s->leader.ended && s->end.exit_code != CLD_EXITED)
                session_improve_result(s, RESULT_OOM_KILLED);
        audit_oom_killed(s, 1);
}

void oomd_look(Session *s) {
        _cleanup_close_ int fd = -EBADF;
        char number[24] = "";

        fd = cgroup_open(&s->manager->cgroups, s->slice, s->scope.unit, ".", O_RDONLY | O_DIRECTORY);
        if (fd >= 0 && fgetxattr(fd, ATTRIBUTE, number, sizeof(number) - 1) > 0 &&
                cgroup_parse_number(number) > 0)
                note_killed(s);
}

static int on_killed(sd_bus_message *signal, void *userdata, sd_bus_error *error _unused_) {
        const char *cgroup, *name;
        Manager *m = userdata;
        char id[SESSION_ID_MAX];
        Session *s;
        int r;

        r = sd_bus_message_read(signal, "ss", &cgroup, NULL);
        if (r < 0)
                return r;
        name = strrchr(cgroup, '/');
        if (session_id_from_scope(name ? name + 1 : cgroup, id) < 0)
                return 0;
        s = session_table_get_by_id(&m->sessions, id);
        if (s && s->announced)
                note_killed(s);
        return 0;
}

int oomd_start(Manager *m) {
        if (m->user_mode) /* it is on the system's bus */
                return 0;
        return sd_bus_match_signal(m->bus, NULL, "org.freedesktop.oom1", "/org/freedesktop/oom1",
                "org.freedesktop.oom1.Manager", "Killed", on_killed, m);
}
