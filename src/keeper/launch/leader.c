/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The payload's first process, by its pidfd. */

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper/launch/leader.h"
#include "shared/process.h"

#define KILL_WAIT_MSEC 1000

int leader_exit(int pidfd, int *ret_code, int *ret_status) {
        siginfo_t info = {};
        int code, status, r;

        r = process_has_ended(pidfd);
        if (r <= 0)
                return r < 0 ? r : -EAGAIN;

        /* Not reaped before its status is stored: until then a killed keeper's successor can still learn
         * it. */
        if (waitid(P_PIDFD, (id_t) pidfd, &info, WEXITED | WNOHANG | WNOWAIT) >= 0 && info.si_pid > 0) {
                *ret_code = info.si_code;
                *ret_status = info.si_status;
                return 0;
        }
        r = process_exit_info(pidfd, &code, &status);
        if (r == -ENODATA)
                return r;
        *ret_code = r < 0 ? 0 : code;
        *ret_status = r < 0 ? 0 : status;
        return 0;
}

void leader_reap(int pidfd) {
        siginfo_t info;

        (void) waitid(P_PIDFD, (id_t) pidfd, &info, WEXITED | WNOHANG);
}

void leader_kill(int pidfd) {
        struct pollfd p = { .fd = pidfd, .events = POLLIN };

        (void) syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
        /* One that hangs in the kernel dies when it comes out of it; that is not worth waiting for. */
        (void) poll(&p, 1, KILL_WAIT_MSEC);
        leader_reap(pidfd);
}
