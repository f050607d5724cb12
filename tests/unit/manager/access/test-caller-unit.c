/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who may start sessions, by the cgroup that they are in; and names that pretend to be another one's. */

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/access/caller-unit.h"
#include "shared/macros.h"
#include "tests/unit/test-main.h"

static const struct {
        const char *cgroup;
        uid_t uid;
        bool may;
} places[] = {
        /* logins: also with another uid than the login's, as after su */
        { "/user.slice/user-1000.slice/session-1.scope", 1000, true },
        { "/user.slice/user-1000.slice/session-c12.scope", 1000, true },
        { "/user.slice/user-1000.slice/session-1.scope/below", 1000, true },
        { "/user.slice/user-1000.slice/session-1.scope", 1001, true },
        /* the user's own systemd, and all that it starts */
        { "/user.slice/user-1000.slice/user@1000.service", 1000, true },
        { "/user.slice/user-1000.slice/user@1000.service/app.slice/jupyter.service", 1000, true },
        { "/user.slice/user-1000.slice/user@1000.service/init.scope", 1000, true },
        { "/user.slice/user-1000.slice/user@1000.service", 1001, false },
        { "/user.slice/user-1000.slice/user@1001.service", 1001, false },
        { "/user.slice/user-1001.slice/user@1000.service", 1000, false },
        /* sessions of ours */
        { "/compute.slice/compute-1000.slice/compute-t1.scope", 1000, true },
        { "/compute.slice/compute-1000.slice/compute-t1.scope/below/it", 1000, true },
        { "/compute.slice/compute-1000.slice/compute-t1.scope", 1001, false },
        { "/compute.slice/compute-10000.slice/compute-t1.scope", 1000, false },
        { "/compute.slice/compute-1000.slice", 1000, false },
        { "/compute.slice", 1000, false },
        /* services, and what they may call theirs */
        { "/system.slice/web.service", 1000, false },
        { "/system.slice/session-1.scope", 1000, false },
        { "/system.slice/web.service/user.slice/user-1000.slice/session-1.scope", 1000, false },
        { "/system.slice/user-1000.slice/session-1.scope", 1000, false },
        { "/system.slice/system-user.slice/user@1000.service", 1000, false },
        { "/machine.slice/user.slice/user-1000.slice/session-1.scope", 1000, false },
        { "/user.slice/user-1000.slice/session-1.scope.service", 1000, false },
        { "/user.slice/user-1000.slice/session-1.service", 1000, false },
        { "/user.slice/user-1000.slice/run-u5.scope", 1000, false },
        { "/user.slice/user-1000.slice/web.service/session-1.scope", 1000, false },
        { "/user.slice/web.service/session-1.scope", 1000, false },
        { "/user.slice/user-1000.slice/user-runtime-dir@1000.service", 1000, false },
        { "/user.slice/user-1000.slice", 1000, false },
        { "/user.slice/session-1.scope", 1000, false },
        { "/user.slicesession/user-1000.slice/session-1.scope", 1000, false },
        { "/init.scope", 1000, false },
        { "/", 1000, false },
        { "", 1000, false },
        /* root may do all that anyway */
        { "/system.slice/cron.service", 0, true },
        { "/", 0, true },
};

TEST(who_may_start) {
        for (size_t i = 0; i < ELEMENTSOF(places); i++)
                ck_assert_msg(caller_unit_may_start(places[i].cgroup, places[i].uid) == places[i].may,
                        "uid %u in %s", (unsigned) places[i].uid, places[i].cgroup);
}

TEST(names_that_are_too_long) {
        char path[2 * CALLER_UNIT_MAX + 64] = "/user.slice/user-1000.slice/session-";
        char unit[CALLER_UNIT_MAX];

        memset(path + strlen(path), '1', CALLER_UNIT_MAX);
        strcat(path, ".scope");
        ck_assert(!caller_unit_may_start(path, 1000));
        ck_assert_str_eq(caller_unit_name(path, unit), "user-1000.slice");
}

TEST(names_of_units) {
        char unit[CALLER_UNIT_MAX];

        ck_assert_str_eq(caller_unit_name("/system.slice/web.service", unit), "web.service");
        ck_assert_str_eq(caller_unit_name("/system.slice/web.service/payload", unit), "web.service");
        ck_assert_str_eq(caller_unit_name("/system.slice/system-getty.slice/getty@tty1.service", unit),
                "getty@tty1.service");
        ck_assert_str_eq(caller_unit_name("/init.scope", unit), "init.scope");
        ck_assert_str_eq(caller_unit_name("/", unit), "");
}

TEST(finds_a_process) {
        _cleanup_free_ char *cgroup = NULL, *none = NULL;
        pid_t pid;

        ck_assert_int_eq(caller_unit_find(getpid(), geteuid(), "", &cgroup), 0);
        ck_assert_int_eq(cgroup[0], '/');
        ck_assert_int_eq(caller_unit_find(getpid(), geteuid() + 1, "", &none), -EPERM);
        ck_assert_int_eq(caller_unit_find(getpid(), geteuid(), "/no/such/prefix", &none), -EXDEV);
        pid = fork();
        if (pid == 0)
                _exit(0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        ck_assert_int_eq(caller_unit_find(pid, geteuid(), "", &none), -ESRCH);
        ck_assert_ptr_null(none);
}

TEST_MAIN(who_may_start, names_that_are_too_long, names_of_units, finds_a_process);
