/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The process that starts a kernel again. */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/sessions/front-end.h"
#include "tests/unit/test-main.h"

/* strlen() would stop at the first word. */
#define check_name(line, expected)                                               \
        do {                                                                     \
                _cleanup_free_ char *name_ = front_end_name(line, sizeof(line)); \
                ck_assert_str_eq(name_, expected);                               \
        } while (false)

TEST(names) {
        check_name("/usr/bin/python3\0/usr/bin/jupyter-server\0--no-browser", "jupyter-server");
        check_name("/usr/bin/python3.11\0-m\0jupyter\0lab", "jupyter");
        check_name("python3\0-s\0-u\0/opt/venv/bin/jupyter-lab", "jupyter-lab");
        check_name("python3\0-c\0import x", "python3");
        check_name("python3", "python3");
        check_name("/usr/lib/node\0server.js", "node");
        check_name("evil\033[2J", "evil?[2J");
        check_name("/", "/");
        check_name("", "");
}

/* A child that was told of a parent. */
static pid_t start_kernel(pid_t told) {
        char variable[64];
        pid_t pid;

        (void) snprintf(variable, sizeof(variable), "JPY_PARENT_PID=%i", (int) told);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
                (void) execle("/bin/sleep", "sleep", "1000", (char *) NULL, (char *[]){ variable, NULL });
                _exit(127);
        }
        return pid;
}

/* Until the program is executed, its environment is ours. */
static int find_in_time(pid_t kernel, FrontEnd *ret) {
        for (int i = 0; i < 10000; i++) {
                if (front_end_find(kernel, ret) > 0)
                        return 1;
                (void) poll(NULL, 0, 1);
        }
        return 0;
}

static void end(pid_t pid) {
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

TEST(parent_that_was_told) {
        FrontEnd f = FRONT_END_NULL;
        pid_t kernel = start_kernel(getpid());

        ck_assert_int_eq(find_in_time(kernel, &f), 1);
        ck_assert_int_eq(f.pid, getpid());
        ck_assert_str_eq(f.name, "test-ctl-sessions-front-end");
        front_end_done(&f);
        ck_assert_int_eq(f.fd, -EBADF);
        end(kernel);
        ck_assert_int_eq(front_end_find(kernel, &f), 0);
}

/* A session's kernel may have been told of a process that it is no child of. */
TEST(others_are_none) {
        FrontEnd f = FRONT_END_NULL;
        pid_t parent = start_kernel(getpid()), kernel = start_kernel(parent);

        ck_assert_int_eq(
                find_in_time(parent, &f), 1); /* it executes its program, and so does the other one soon */
        front_end_done(&f);
        ck_assert_int_eq(front_end_find(kernel, &f), 0);
        ck_assert_int_eq(front_end_find(0, &f), 0);
        ck_assert_int_eq(front_end_find(1, &f), 0);
        ck_assert_ptr_null(f.name);
        end(kernel);
        end(parent);
}

TEST_MAIN(names, parent_that_was_told, others_are_none);
