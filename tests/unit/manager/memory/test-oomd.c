/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What systemd-oomd leaves on a cgroup that it killed, and says of it. */

#include <signal.h>
#include <sys/xattr.h>

#include "manager/base/cgroup.h"
#include "manager/base/journal.h"
#include "manager/memory/oomd.h"
#include "manager/memory/session-memory.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/session/session-lifetime.h"
#include "tests/unit/manager/fakes/world.h"
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

static void tell_killed(const char *cgroup) {
        fake_bus_signal("org.freedesktop.oom1", "/org/freedesktop/oom1", "org.freedesktop.oom1.Manager",
                "Killed", "ss", cgroup, "memory-pressure");
}

TEST(listens) {
        world_begin_system();
        (void) world_start_terminal();
        tell_killed("/user.slice/user-1000.slice/session-1.scope");
        tell_killed("/compute.slice/compute-1000.slice/compute-t9.scope");
        world_settle();
        ck_assert(!world_session("t1")->memory_events.oomd_killed);
        tell_killed("/compute.slice/compute-1000.slice/compute-t1.scope");
        WORLD_UNTIL(world_session("t1")->memory_events.oomd_killed);
        fake_keeper_end_payload(fake_keeper_get("t1"), SIGKILL);
        WORLD_UNTIL(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 oom-killed"));
        world_end();
}

/* It may say so only once the session is known to have ended. */
TEST(hears_of_it_late) {
        world_begin_system();
        (void) world_start_terminal();
        fake_bus_hold("GetAll org.freedesktop.systemd1.Unit", 1);
        fake_keeper_end_payload(fake_keeper_get("t1"), SIGKILL);
        WORLD_UNTIL(world_session("t1")->leader.ended);
        tell_killed("/compute.slice/compute-1000.slice/compute-t1.scope");
        WORLD_UNTIL(world_session("t1")->end.result == RESULT_OOM_KILLED);
        world_release("GetAll org.freedesktop.systemd1.Unit");
        WORLD_UNTIL(fake_bus_heard("SessionRemoved t1 /org/computesession1/session/t1 oom-killed"));
        world_end();
}

TEST_MAIN(looks, listens, hears_of_it_late);
