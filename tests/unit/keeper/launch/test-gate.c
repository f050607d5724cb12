/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The gate, with real processes: nothing is executed before it opens, and what fails says so. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/launch/gate.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define DEADLINE_MSEC 10000

static char *const environment[] = { (char *) "PATH=/usr/bin:/bin", (char *) "GREETING=hello", NULL };

static GatePlan plan_for(const char *path, char *const *arguments) {
        return (GatePlan){
                .path = path,
                .arguments = arguments,
                .environment = environment,
                .directory = "/",
                .terminal = -EBADF,
                .output = -EBADF,
                .connection = -EBADF,
        };
}

static void wait_readable(int fd) {
        struct pollfd p = { .fd = fd, .events = POLLIN };

        ck_assert_int_eq(poll(&p, 1, DEADLINE_MSEC), 1);
}

/* How the payload ended: its exit status, or minus its signal. */
static int wait_end(int pidfd) {
        siginfo_t info = {};

        wait_readable(pidfd);
        ck_assert_int_eq(waitid(P_PIDFD, (id_t) pidfd, &info, WEXITED), 0);
        return info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
}

static int wait_result(Gate *g, GateStep *ret_step, int *ret_error) {
        wait_readable(g->error_fd);
        return gate_result(g, ret_step, ret_error);
}

/* Runs a shell script through the gate. Returns its exit status. */
static int run_script(const GatePlan *plan) {
        _cleanup_(gate_done) Gate g = GATE_NULL;
        _cleanup_close_ int pidfd = -EBADF;
        GateStep step = _GATE_STEP_MAX;
        int error = 0;
        pid_t pid;

        ck_assert_int_eq(gate_fork(plan, &g, &pid, &pidfd), 0);
        ck_assert_int_eq(gate_announce(&g), 0);
        ck_assert_int_eq(gate_open(&g), 0);
        ck_assert_int_eq(wait_result(&g, &step, &error), 0);
        return wait_end(pidfd);
}

TEST(nothing_before_it_opens) {
        char *folder = scratch_make();
        _cleanup_free_ char *script = NULL, *made = scratch_path(folder, "made");
        char *arguments[] = { (char *) "sh", (char *) "-c", NULL, NULL };
        GatePlan plan = plan_for("/bin/sh", arguments);
        _cleanup_(gate_done) Gate g = GATE_NULL;
        _cleanup_close_ int pidfd = -EBADF;
        GateStep step = _GATE_STEP_MAX;
        int error = 0;
        pid_t pid;

        ck_assert_int_gt(asprintf(&script, ": > '%s'; exit 7", made), 0);
        arguments[2] = script;
        ck_assert_int_eq(gate_fork(&plan, &g, &pid, &pidfd), 0);
        ck_assert_int_eq(getsid(pid) == pid || getsid(pid) == getsid(0), 1);
        ck_assert_int_eq(gate_announce(&g), 0);
        ck_assert_int_eq(gate_result(&g, &step, &error), -EAGAIN);
        ck_assert_int_lt(access(made, F_OK), 0);
        ck_assert_int_eq(gate_open(&g), 0);
        ck_assert_int_eq(wait_end(pidfd), 7);
        ck_assert_int_eq(gate_result(&g, &step, &error), 0);
        ck_assert_int_eq(access(made, F_OK), 0);
        scratch_remove(folder);
}
END_TEST

/* What a killed keeper leaves at the gate goes away by itself. */
TEST(given_up) {
        char *arguments[] = { (char *) "true", NULL };
        GatePlan plan = plan_for("/bin/true", arguments);

        for (int announced = 0; announced < 2; announced++) {
                Gate g = GATE_NULL;
                _cleanup_close_ int pidfd = -EBADF;
                pid_t pid;

                ck_assert_int_eq(gate_fork(&plan, &g, &pid, &pidfd), 0);
                if (announced)
                        ck_assert_int_eq(gate_announce(&g), 0);
                gate_done(&g);
                ck_assert_int_gt(wait_end(pidfd), 0);
        }
}
END_TEST

TEST(announced_by_the_payload_itself) {
        char *arguments[] = { (char *) "true", NULL };
        GatePlan plan = plan_for("/bin/true", arguments);
        _cleanup_(wire_writer_done) WireWriter w = {};
        _cleanup_(gate_done) Gate g = GATE_NULL;
        _cleanup_close_ int pidfd = -EBADF;
        WireAncillary ancillary = {};
        char buffer[1000];
        int fds[2], on = 1;
        pid_t pid;

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
        ck_assert_int_eq(setsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
        wire_begin(&w, 101, 0);
        plan.connection = fds[1];
        plan.announcement = &w;
        ck_assert_int_eq(gate_fork(&plan, &g, &pid, &pidfd), 0);
        ck_assert_int_eq(wire_receive(fds[0], buffer, sizeof(buffer), &ancillary), -EAGAIN);
        ck_assert_int_eq(gate_announce(&g), 0);
        wait_readable(fds[0]);
        ck_assert_int_eq(wire_receive(fds[0], buffer, sizeof(buffer), &ancillary), WIRE_HEADER_SIZE);
        ck_assert_int_eq(ancillary.credentials.pid, pid);

        /* The payload keeps no end of the connection. */
        close(fds[1]);
        wait_readable(fds[0]);
        ck_assert_int_eq(wire_receive(fds[0], buffer, sizeof(buffer), &ancillary), 0);
        ck_assert_int_eq(gate_open(&g), 0);
        ck_assert_int_eq(wait_end(pidfd), 0);
}
END_TEST

/* A manager that was killed just then: the payload waits for the next one. */
TEST(nobody_is_there_to_be_told) {
        char *arguments[] = { (char *) "true", NULL };
        GatePlan plan = plan_for("/bin/true", arguments);
        _cleanup_(wire_writer_done) WireWriter w = {};
        _cleanup_(gate_done) Gate g = GATE_NULL;
        _cleanup_close_ int pidfd = -EBADF;
        GateStep step = _GATE_STEP_MAX;
        int fds[2], error = 0;
        pid_t pid;

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
        wire_begin(&w, 101, 0);
        plan.connection = fds[1];
        plan.announcement = &w;
        ck_assert_int_eq(gate_fork(&plan, &g, &pid, &pidfd), 0);
        close(fds[0]);
        ck_assert_int_eq(gate_announce(&g), 0);
        ck_assert_int_eq(gate_open(&g), 0);
        ck_assert_int_eq(wait_result(&g, &step, &error), 0);
        ck_assert_int_eq(wait_end(pidfd), 0);
        close(fds[1]);
}
END_TEST

static void check_failure(const GatePlan *plan, GateStep expected_step, int expected_error) {
        _cleanup_(gate_done) Gate g = GATE_NULL;
        _cleanup_close_ int pidfd = -EBADF;
        GateStep step = _GATE_STEP_MAX;
        int error = 0;
        pid_t pid;

        ck_assert_int_eq(gate_fork(plan, &g, &pid, &pidfd), 0);
        (void) signal(SIGPIPE, SIG_IGN); /* as the keeper does */
        (void) gate_announce(&g);
        (void) gate_open(&g);
        ck_assert_int_eq(wait_result(&g, &step, &error), 1);
        ck_assert_int_eq(step, expected_step);
        ck_assert_int_eq(error, expected_error);
        ck_assert_int_gt(wait_end(pidfd), 0);
}

TEST(failures) {
        char *folder = scratch_make();
        _cleanup_free_ char *bad = scratch_file(folder, "bad", "#!/nonexistent/interpreter\n", 0755);
        _cleanup_free_ char *plain = scratch_file(folder, "plain", "", 0644);
        char *arguments[] = { (char *) "x", NULL };
        _cleanup_close_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        _cleanup_(wire_writer_done) WireWriter w = {};
        GatePlan plan;

        plan = plan_for("/nonexistent", arguments);
        check_failure(&plan, GATE_STEP_EXECUTE, ENOENT);
        plan = plan_for(bad, arguments);
        check_failure(&plan, GATE_STEP_EXECUTE, ENOENT);
        plan = plan_for(plain, arguments);
        check_failure(&plan, GATE_STEP_EXECUTE, EACCES);
        plan = plan_for("/bin/true", arguments);
        plan.directory = "/nonexistent";
        check_failure(&plan, GATE_STEP_DIRECTORY, ENOENT);
        plan.directory = plain;
        check_failure(&plan, GATE_STEP_DIRECTORY, ENOTDIR);
        plan = plan_for("/bin/true", arguments);
        plan.terminal = null;
        check_failure(&plan, GATE_STEP_TERMINAL, ENOTTY);
        wire_begin(&w, 1, 0);
        plan = plan_for("/bin/true", arguments);
        plan.connection = null;
        plan.announcement = &w;
        check_failure(&plan, GATE_STEP_ANNOUNCE, ENOTSOCK);
        scratch_remove(folder);
}
END_TEST

/* No descriptor, blocked signal or ignored signal of ours reaches the program. */
TEST(clean_start) {
        /* Descriptor 3 is the folder that is being read. */
        static const char script[] =
                "[ \"$GREETING\" = hello ] && [ -z \"$HOME\" ] && [ \"$0\" = zero ] && [ \"$(pwd)\" = /usr ] &&"
                " [ \"$(readlink /proc/$$/fd/0)\" = /dev/null ] &&"
                " ! grep -E '^Sig(Blk|Ign):.*[1-9a-f]' /proc/self/status > /dev/null &&"
                " [ \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ ] &&"
                " cd /proc/$$/fd && set -- * && [ \"$*\" = '0 1 2 3' ] && exit 42";
        char *arguments[] = { (char *) "zero", (char *) "-c", (char *) script, NULL };
        GatePlan plan = plan_for("/bin/dash", arguments);
        sigset_t all;

        plan.directory = "/usr";
        ck_assert_int_ge(dup(0), 3);
        ck_assert_int_ge(open("/dev/zero", O_RDONLY), 3);
        sigfillset(&all);
        ck_assert_int_eq(sigprocmask(SIG_SETMASK, &all, NULL), 0);
        ck_assert_ptr_ne(signal(SIGPIPE, SIG_IGN), SIG_ERR);
        ck_assert_int_eq(run_script(&plan), 42);
}
END_TEST

/* As execvp(3) does it. */
TEST(script_without_interpreter) {
        char *folder = scratch_make();
        _cleanup_free_ char *script = scratch_file(folder, "script", "exit 3\n", 0755);
        char *arguments[] = { script, NULL };
        GatePlan plan = plan_for(script, arguments);

        ck_assert_int_eq(run_script(&plan), 3);
        scratch_remove(folder);
}
END_TEST

TEST(killed_at_the_gate) {
        char *arguments[] = { (char *) "true", NULL };
        GatePlan plan = plan_for("/bin/true", arguments);
        _cleanup_(gate_done) Gate g = GATE_NULL;
        _cleanup_close_ int pidfd = -EBADF;
        pid_t pid;

        (void) signal(SIGPIPE, SIG_IGN);
        ck_assert_int_eq(gate_fork(&plan, &g, &pid, &pidfd), 0);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(wait_end(pidfd), -SIGKILL);
        ck_assert_int_eq(gate_open(&g), -EPIPE);
}
END_TEST

TEST_MAIN(nothing_before_it_opens, given_up, announced_by_the_payload_itself, nobody_is_there_to_be_told,
        failures, clean_start, script_without_interpreter, killed_at_the_gate);
