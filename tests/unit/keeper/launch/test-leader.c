/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a process ended, as our child and as somebody else's. */

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/launch/leader.h"
#include "shared/process.h"
#include "tests/unit/test-main.h"

static void wait_end(int pidfd) {
        struct pollfd p = { .fd = pidfd, .events = POLLIN };

        ck_assert_int_eq(poll(&p, 1, 10000), 1);
}

static int start(int exit_status) {
        pid_t pid = fork();
        int fd;

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                if (exit_status < 0)
                        (void) pause();
                _exit(exit_status);
        }
        fd = process_open(pid);
        ck_assert_int_ge(fd, 0);
        return fd;
}

TEST(exits) {
        _cleanup_close_ int fd = start(3);
        int code = 0, status = 0;

        wait_end(fd);
        /* As often as one likes, until it is reaped. */
        for (int i = 0; i < 2; i++) {
                ck_assert_int_eq(leader_exit(fd, &code, &status), 0);
                ck_assert_int_eq(code, CLD_EXITED);
                ck_assert_int_eq(status, 3);
        }
        leader_reap(fd);
        leader_reap(fd);
        ck_assert_int_lt(waitpid(-1, NULL, WNOHANG), 0);
}
END_TEST

TEST(killed) {
        _cleanup_close_ int fd = start(-1);
        int code = 0, status = 0;

        ck_assert_int_eq(leader_exit(fd, &code, &status), -EAGAIN);
        leader_kill(fd);
        ck_assert_int_lt(waitpid(-1, NULL, WNOHANG), 0);
}
END_TEST

/* A grandchild: reaped by whoever is the reaper here, and known by its pidfd only. */
TEST(not_our_child) {
        _cleanup_close_ int fd = -EBADF;
        int name[2], life[2], code = -1, status = -1, r = -ENODATA;
        pid_t child, orphan;

        ck_assert_int_eq(pipe(name), 0);
        ck_assert_int_eq(pipe(life), 0);
        child = fork();
        if (child == 0) {
                orphan = fork();
                if (orphan == 0) {
                        char c;

                        close(life[1]);
                        (void) !read(life[0], &c, 1);
                        _exit(5);
                }
                _exit(write(name[1], &orphan, sizeof(orphan)) == sizeof(orphan) ? 0 : 1);
        }
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        ck_assert_int_eq(read(name[0], &orphan, sizeof(orphan)), sizeof(orphan));
        fd = process_open(orphan);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(leader_exit(fd, &code, &status), -EAGAIN);
        close(life[1]);
        wait_end(fd);
        for (int i = 0; i < 1000 && r == -ENODATA; i++) {
                r = leader_exit(fd, &code, &status);
                (void) poll(NULL, 0, 1);
        }
        /* Unless nobody reaps here, the status is known where the kernel can tell it, and unknown
         * elsewhere. */
        if (r == 0)
                ck_assert((code == CLD_EXITED && status == 5) || (code == 0 && status == 0));
        else
                ck_assert_int_eq(r, -ENODATA);
        leader_kill(fd);
}
END_TEST

TEST_MAIN(exits, killed, not_our_child);
