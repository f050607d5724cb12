/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What systemd-oomd leaves on a cgroup that it killed. */

#include <signal.h>
#include <sys/xattr.h>

#include "manager/base/cgroup.h"
#include "manager/base/journal.h"
#include "manager/memory/oomd.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define SCOPE "compute.slice/compute-1000.slice/compute-t1.scope"

static SessionResult look(const char *value) {
        _cleanup_free_ char *journal = NULL, *scope = NULL;
        char *folder = scratch_make();
        Manager manager = {};
        SessionResult result;
        Session *s;

        free(scratch_file(folder, SCOPE "/cgroup.events", "populated 0\nfrozen 0\n", 0644));
        scope = scratch_path(folder, SCOPE);
        journal = scratch_path(folder, "journal");
        if (value)
                ck_assert_int_eq(setxattr(scope, "user.oomd_ooms", value, strlen(value), 0), 0);
        ck_assert_int_ge(sd_event_new(&manager.event), 0);
        ck_assert_int_eq(journal_init(&manager.journal, manager.event, journal), 0);
        cgroup_tree_init(&manager.cgroups);
        ck_assert_int_eq(cgroup_tree_open(&manager.cgroups, folder, /* unified = */ true, ""), 0);
        ck_assert_int_eq(session_new(&manager, SESSION_TERMINAL, 1, 1000, true, &s), 0);
        oomd_look(s);
        s->end.exit_code = CLD_KILLED;
        s->end.exit_status = SIGKILL;
        result = session_leader_result(s);
        session_free_all(&manager.sessions);
        cgroup_tree_done(&manager.cgroups);
        (void) journal_done(&manager.journal);
        sd_event_unref(manager.event);
        scratch_remove(folder);
        return result;
}

TEST(looks) {
        ck_assert_int_eq(look(NULL), RESULT_SIGNAL);
        ck_assert_int_eq(look("0"), RESULT_SIGNAL);
        ck_assert_int_eq(look("1"), RESULT_OOM_KILLED);
}

TEST_MAIN(looks);
