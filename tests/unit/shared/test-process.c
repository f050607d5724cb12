/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Real processes: their identity, and how they ended. */

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/process.h"
#include "tests/unit/test-main.h"

/* A child that waits to be killed. */
static pid_t start_child(void) {
        pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
                for (;;)
                        pause();
        }
        return pid;
}

static void reap(pid_t pid) {
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static void wait_for_end(int pidfd) {
        struct pollfd p = { .fd = pidfd, .events = POLLIN };

        ck_assert_int_eq(poll(&p, 1, 10000), 1);
}

TEST(follows_a_process_to_its_end) {
        pid_t pid = start_child();
        _cleanup_close_ int pidfd = process_open(pid);

        ck_assert_int_ge(pidfd, 0);
        ck_assert_int_eq(process_has_ended(pidfd), 0);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        wait_for_end(pidfd);
        ck_assert_int_eq(process_has_ended(pidfd), 1);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        ck_assert_int_eq(process_has_ended(pidfd), 1);
}

TEST(gone_is_told_apart) {
        pid_t pid = start_child();
        uint64_t start = 42;
        uid_t uid = 42;

        reap(pid);
        ck_assert_int_eq(process_open(pid), -ESRCH);
        ck_assert_int_eq(process_open(0), -ESRCH);
        ck_assert_int_eq(process_open(-1), -ESRCH);
        ck_assert_int_eq(process_start_time(pid, &start), -ESRCH);
        ck_assert_int_eq(process_uid(pid, &uid), -ESRCH);
        ck_assert_uint_eq(start, 42);
        ck_assert_uint_eq(uid, 42);
}

TEST(start_time_stays) {
        pid_t pid = start_child();
        uint64_t first, again, own;

        ck_assert_int_eq(process_start_time(getpid(), &own), 0);
        ck_assert_int_eq(process_start_time(pid, &first), 0);
        ck_assert_uint_gt(own, 0);
        ck_assert_uint_ge(first, own);
        ck_assert_int_eq(process_start_time(pid, &again), 0);
        ck_assert_uint_eq(again, first);
        reap(pid);
}

/* A name with parentheses, spaces and numbers is not taken for the fields behind it. */
TEST(start_time_of_a_hostile_name) {
        uint64_t plain, hostile;

        ck_assert_int_eq(process_start_time(getpid(), &plain), 0);
        ck_assert_int_eq(prctl(PR_SET_NAME, ") R 1 2 3 (x"), 0);
        ck_assert_int_eq(process_start_time(getpid(), &hostile), 0);
        ck_assert_uint_eq(hostile, plain);
}

TEST(tells_the_user) {
        uid_t uid = 42;

        ck_assert_int_eq(process_uid(getpid(), &uid), 0);
        ck_assert_uint_eq(uid, geteuid());
}

TEST(tells_the_user_of_others) {
        int ready[2];
        uid_t uid;
        pid_t pid;
        char byte;

        if (geteuid() != 0)
                return;
        ck_assert_int_eq(pipe(ready), 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                if (setresuid(65534, 65534, 65534) < 0)
                        _exit(1);
                (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
                /* As after an exec. */
                (void) prctl(PR_SET_DUMPABLE, 1);
                if (write(ready[1], "x", 1) != 1)
                        _exit(1);
                for (;;)
                        pause();
        }
        ck_assert_int_eq(read(ready[0], &byte, 1), 1);
        ck_assert_int_eq(process_uid(pid, &uid), 0);
        ck_assert_uint_eq(uid, 65534);
        reap(pid);
}

TEST(parent_and_terminal_of_a_hostile_name) {
        pid_t parent = 0;
        uint32_t tty = 42;

        ck_assert_int_eq(prctl(PR_SET_NAME, ") R 1 1 1 1"), 0);
        ck_assert_int_eq(process_parent(getpid(), &parent, &tty), 0);
        ck_assert_int_eq(parent, getppid());
        ck_assert_uint_ne(tty, 42);
}

TEST(audit_session_is_inherited) {
        uint32_t ours = 1, childs = 2;
        int r = process_audit_session(getpid(), &ours);
        pid_t pid;

        if (r == -EOPNOTSUPP)
                return;
        ck_assert_int_eq(r, 0);
        pid = start_child();
        ck_assert_int_eq(process_audit_session(pid, &childs), 0);
        ck_assert_uint_eq(ours, childs);
        reap(pid);
        ck_assert_int_eq(process_audit_session(pid, &childs), -ESRCH);
}

/* As kill(2) has it. Only root can start somebody else's process to look at. */
TEST(who_may_signal) {
        pid_t pid = start_child();

        ck_assert_int_eq(process_may_signal(pid, 0), 1);
        ck_assert_int_eq(process_may_signal(pid, getuid()), 1);
        ck_assert_int_eq(process_may_signal(pid, getuid() + 1), getuid() + 1 == 0);
        reap(pid);
        ck_assert_int_eq(process_may_signal(pid, 0), -ESRCH);
        ck_assert_int_eq(process_parent(pid, &(pid_t){ 0 }, &(uint32_t){ 0 }), -ESRCH);
}

/* Newer kernels tell it even to who is not the parent, once it is reaped; others say that they cannot. */
TEST(tells_how_it_ended_or_that_it_cannot) {
        pid_t pid = start_child();
        _cleanup_close_ int pidfd = process_open(pid);
        int code = 42, status = 42, r;

        r = process_exit_info(pidfd, &code, &status);
        ck_assert(r == -ENODATA || r == -EOPNOTSUPP);
        ck_assert_int_eq(code, 42);
        reap(pid);
        r = process_exit_info(pidfd, &code, &status);
        if (r == 0) {
                ck_assert_int_eq(code, CLD_KILLED);
                ck_assert_int_eq(status, SIGKILL);
        } else {
                ck_assert(r == -ENODATA || r == -EOPNOTSUPP);
                ck_assert_int_eq(code, 42);
                ck_assert_int_eq(status, 42);
        }
}

/* What the kernel says of us, or that nobody logged in. */
TEST(login_user) {
        uid_t login = 77;
        char text[32] = "";
        FILE *f = fopen("/proc/self/loginuid", "re");

        ck_assert_int_eq(process_login_uid(getpid(), &login), 0);
        if (f) {
                ck_assert_ptr_nonnull(fgets(text, sizeof(text), f));
                (void) fclose(f);
                ck_assert_uint_eq(login, strtoul(text, NULL, 10));
        } else
                ck_assert_uint_eq(login, (uid_t) -1);
        ck_assert_int_eq(process_login_uid(1 << 22, &login), f ? -ESRCH : 0);
}

TEST_MAIN(login_user, follows_a_process_to_its_end, gone_is_told_apart, start_time_stays,
        start_time_of_a_hostile_name, tells_the_user, tells_the_user_of_others,
        parent_and_terminal_of_a_hostile_name, audit_session_is_inherited, who_may_signal,
        tells_how_it_ended_or_that_it_cannot);
