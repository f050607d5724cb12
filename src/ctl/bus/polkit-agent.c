/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts and stops pkttyagent. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/bus/polkit-agent.h"
#include "shared/macros.h"

#define AGENT "pkttyagent"
/* It has to reach polkit, which may have to be started. */
#define READY_TIMEOUT_MSEC 10000

/* The child: closes the pipe's end when it is ready, or by ending. */
static _Noreturn void run_agent(pid_t parent, int ready) {
        char pid[16], fd[16];
        sigset_t none;

        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        /* Never left behind at the terminal. */
        if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent || fcntl(ready, F_SETFD, 0) < 0)
                _exit(EXIT_FAILURE);
        (void) snprintf(pid, sizeof(pid), "%i", (int) parent);
        (void) snprintf(fd, sizeof(fd), "%i", ready);
        /* Not --fallback: polkit then looks for a better agent in the login session, and gives up if there
         * is no login session; there is none in a compute session. */
        (void) execlp(AGENT, AGENT, "--process", pid, "--notify-fd", fd, (char *) NULL);
        _exit(EXIT_FAILURE);
}

pid_t polkit_agent_start(void) {
        struct pollfd ready = { .events = POLLIN };
        pid_t pid, parent = getpid();
        int ends[2];

        if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
                return 0;
        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        pid = fork();
        if (pid < 0) {
                int r = -errno;

                (void) safe_close(ends[0]);
                (void) safe_close(ends[1]);
                return r;
        }
        if (pid == 0)
                run_agent(parent, ends[1]);
        (void) safe_close(ends[1]);
        ready.fd = ends[0];
        while (poll(&ready, 1, READY_TIMEOUT_MSEC) < 0 && errno == EINTR)
                ;
        (void) safe_close(ends[0]);
        return pid;
}

void polkit_agent_stop(pid_t pid) {
        if (pid <= 0)
                return;
        (void) kill(pid, SIGTERM);
        (void) kill(pid, SIGCONT);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
}
