/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starting and ending who asks for a password at the terminal; in its place, a script that says how it was
 * called. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/bus/polkit-agent.h"
#include "shared/macros.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

/* Standard input and error become a terminal. */
static void take_terminal(void) {
        int master, terminal;

        master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        ck_assert_int_ge(master, 0);
        ck_assert_int_eq(grantpt(master), 0);
        ck_assert_int_eq(unlockpt(master), 0);
        terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
        ck_assert_int_ge(terminal, 0);
        ck_assert_int_ge(dup2(terminal, STDIN_FILENO), 0);
        ck_assert_int_ge(dup2(terminal, STDERR_FILENO), 0);
}

TEST(nobody_is_asked_without_a_terminal) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        ck_assert_int_ge(dup2(null, STDIN_FILENO), 0);
        ck_assert_int_eq(polkit_agent_start(), 0);
        polkit_agent_stop(0);
}

TEST(waits_until_it_is_ready_and_ends_it) {
        _cleanup_free_ char *script = NULL, *expected = NULL, *path = NULL;
        char *folder = scratch_make(), said[128] = "";
        FILE *f;
        pid_t pid;

        take_terminal();
        script = scratch_file(folder, "pkttyagent",
                "#!/bin/sh\necho \"$1 $2 $3\" > \"${0%/*}/said\"\neval \"exec $4>&-\"\nexec /bin/sleep inf\n",
                0755);
        ck_assert_int_eq(setenv("PATH", folder, 1), 0);
        pid = polkit_agent_start();
        ck_assert_int_gt(pid, 0);
        path = scratch_path(folder, "said");
        f = fopen(path, "re");
        ck_assert_ptr_nonnull(f);
        ck_assert_ptr_nonnull(fgets(said, sizeof(said), f));
        ck_assert_int_eq(fclose(f), 0);
        ck_assert_int_ge(asprintf(&expected, "--process %i --notify-fd\n", (int) getpid()), 0);
        ck_assert_str_eq(said, expected);
        polkit_agent_stop(pid);
        ck_assert_int_lt(kill(pid, 0), 0);
        scratch_remove(folder);
}

/* What is not there ends the wait. */
TEST(goes_on_without) {
        pid_t pid;

        take_terminal();
        ck_assert_int_eq(setenv("PATH", "/nowhere", 1), 0);
        pid = polkit_agent_start();
        polkit_agent_stop(pid);
        ck_assert_int_lt(kill(pid, 0), 0);
}

TEST_MAIN(nobody_is_asked_without_a_terminal, waits_until_it_is_ready_and_ends_it, goes_on_without);
