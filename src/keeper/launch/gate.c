/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The gate between fork and exec.
 *
 *      keeper                            payload, still our code
 *      gate_fork() ------------------->  signals, session, terminal or /dev/null; closes what it
 *                                        does not need
 *      stores its pidfd, writes state    waits
 *      gate_announce(): a byte ------->  sends AT_GATE itself, so that its credentials name it
 *                                        waits
 *      gate_open(): a byte ----------->  changes the directory, executes
 *      error_fd ends, or has a report <  (close-on-exec, so a successful exec closes it)
 *
 * End of the pipe instead of a byte means that the keeper died or gave up: the payload exits. So a killed
 * keeper never leaves a payload behind that nobody will let go. */

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/launch/gate.h"
#include "shared/process.h"

#define EXIT_GIVEN_UP 125
#define EXIT_FAILED   127

/* Where the payload keeps what it still needs, above stdio. */
enum {
        PAYLOAD_GATE = 3,
        PAYLOAD_ERROR,
        PAYLOAD_CONNECTION, /* only if there is one */
        PAYLOAD_FIRST_FREE,
};

typedef struct GateReport {
        int32_t step;
        int32_t error;
} GateReport;

_Noreturn static void payload_fail(GateStep step, int error) {
        GateReport report = { .step = (int32_t) step, .error = error };

        (void) !write(PAYLOAD_ERROR, &report, sizeof(report));
        _exit(EXIT_FAILED);
}

/* The keeper blocks and ignores signals for its own purposes; a program expects neither. */
static void payload_reset_signals(void) {
        sigset_t none;

        for (int i = 1; i <= SIGRTMAX; i++)
                (void) signal(i, SIG_DFL);
        sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Moves the three descriptors to their places and closes everything else above stdio. */
static void payload_arrange_descriptors(int gate_fd, int error_fd, int connection) {
        int from[] = { gate_fd, error_fd, connection };
        size_t n = connection >= 0 ? 3 : 2;

        /* First out of the way of each other, then to their places. */
        for (size_t i = 0; i < n; i++) {
                from[i] = fcntl(from[i], F_DUPFD_CLOEXEC, PAYLOAD_FIRST_FREE);
                if (from[i] < 0)
                        _exit(EXIT_FAILED);
        }
        for (size_t i = 0; i < n; i++)
                if (dup3(from[i], PAYLOAD_GATE + (int) i, O_CLOEXEC) < 0)
                        _exit(EXIT_FAILED);
        (void) close_range(PAYLOAD_GATE + (unsigned) n, ~0U, 0);
}

/* Opens the terminal's other side, by its master so that no path is looked up. Returns it, or -errno. */
static int payload_open_terminal(int master) {
        int fd;

        fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
                return -errno;
        return fd;
}

static int payload_arrange_stdio(int master, int output) {
        int fd, last = master >= 0 ? STDERR_FILENO : STDIN_FILENO;

        fd = master >= 0 ? payload_open_terminal(master) : open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return master >= 0 ? fd : -errno;
        for (int i = STDIN_FILENO; i <= last; i++)
                if (dup2(fd, i) < 0)
                        return -errno;
        for (int i = STDOUT_FILENO; master < 0 && output >= 0 && i <= STDERR_FILENO; i++)
                if (dup2(output, i) < 0)
                        return -errno;
        if (fd > last)
                (void) close(fd);
        return 0;
}

/* Waits for the keeper's next byte; exits if there will be none. */
static void payload_wait(void) {
        uint8_t byte;
        ssize_t n;

        do
                n = read(PAYLOAD_GATE, &byte, sizeof(byte));
        while (n < 0 && errno == EINTR);
        if (n != sizeof(byte))
                _exit(EXIT_GIVEN_UP);
}

_Noreturn static void payload_run(const GatePlan *plan, int gate_fd, int error_fd) {
        int r;

        payload_reset_signals();
        (void) setsid();
        r = payload_arrange_stdio(plan->terminal, plan->output);
        payload_arrange_descriptors(gate_fd, error_fd, plan->connection);
        if (r < 0)
                payload_fail(GATE_STEP_TERMINAL, -r);

        payload_wait();
        if (plan->connection >= 0) {
                r = wire_send(PAYLOAD_CONNECTION, plan->announcement, NULL, 0);
                /* A manager that is gone has a successor, which asks for STATUS. */
                if (r < 0 && r != -EPIPE && r != -ECONNRESET && r != -ENOTCONN)
                        payload_fail(GATE_STEP_ANNOUNCE, -r);
                (void) close(PAYLOAD_CONNECTION);
        }

        payload_wait();
        (void) close(PAYLOAD_GATE);
        if (chdir(plan->directory) < 0)
                payload_fail(GATE_STEP_DIRECTORY, errno);
        (void) execvpe(plan->path, plan->arguments, plan->environment);
        payload_fail(GATE_STEP_EXECUTE, errno);
}

int gate_fork(const GatePlan *plan, Gate *ret_gate, pid_t *ret_pid, int *ret_pidfd) {
        _cleanup_(gate_done) Gate gate = GATE_NULL;
        _cleanup_close_ int payload_gate = -EBADF, payload_error = -EBADF;
        int fds[2], pidfd;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        payload_gate = fds[0];
        gate.gate_fd = fds[1];
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        gate.error_fd = fds[0];
        payload_error = fds[1];
        if (fcntl(gate.error_fd, F_SETFL, O_NONBLOCK) < 0)
                return -errno;

        pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0) {
                /* Else it would hold its own gate open, and never see the keeper die. */
                (void) close(gate.gate_fd);
                payload_run(plan, payload_gate, payload_error);
        }

        pidfd = process_open(pid);
        if (pidfd < 0) {
                gate_done(&gate);
                (void) waitpid(pid, NULL, 0);
                return pidfd;
        }
        *ret_gate = gate;
        gate = GATE_NULL;
        *ret_pid = pid;
        *ret_pidfd = pidfd;
        return 0;
}

static int gate_send(Gate *g) {
        uint8_t byte = 1;

        if (g->gate_fd < 0)
                return -EBADF;
        return write(g->gate_fd, &byte, sizeof(byte)) < 0 ? -errno : 0;
}

int gate_announce(Gate *g) {
        return gate_send(g);
}

int gate_open(Gate *g) {
        int r;

        r = gate_send(g);
        g->gate_fd = safe_close(g->gate_fd);
        return r;
}

int gate_result(Gate *g, GateStep *ret_step, int *ret_error) {
        GateReport report;
        ssize_t n;

        n = read(g->error_fd, &report, sizeof(report));
        if (n < 0)
                return errno == EINTR ? -EAGAIN : -errno;
        if (n == 0)
                return 0;
        if (n != sizeof(report) || report.step < 0 || report.step >= _GATE_STEP_MAX)
                return -EBADMSG;
        *ret_step = (GateStep) report.step;
        *ret_error = report.error;
        return 1;
}

void gate_done(Gate *g) {
        g->gate_fd = safe_close(g->gate_fd);
        g->error_fd = safe_close(g->error_fd);
}
