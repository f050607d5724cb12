/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The user's terminal. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/attach/tty.h"

bool tty_size(int fd, uint32_t *ret_rows, uint32_t *ret_columns) {
        struct winsize size;

        if (ioctl(fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0)
                return false;
        *ret_rows = size.ws_row;
        *ret_columns = size.ws_col;
        return true;
}

int tty_make_raw(Tty *t, int fd) {
        struct termios modes;

        if (tcgetattr(fd, &t->saved) < 0)
                return -errno;
        modes = t->saved;
        cfmakeraw(&modes);
        /* From the background this stops the process until it is in front. */
        if (tcsetattr(fd, TCSANOW, &modes) < 0)
                return -errno;
        t->fd = fd;
        t->raw = true;
        return 0;
}

void tty_restore(Tty *t) {
        sigset_t mask, old;

        if (!t->raw)
                return;
        t->raw = false;
        (void) sigemptyset(&mask);
        (void) sigaddset(&mask, SIGTTOU);
        (void) sigprocmask(SIG_BLOCK, &mask, &old);
        (void) tcsetattr(t->fd, TCSANOW, &t->saved);
        (void) sigprocmask(SIG_SETMASK, &old, NULL);
}

int output_open(int fd, bool *ret_may_block) {
        struct stat st;
        char path[64];
        int copy = -EBADF;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)) {
                snprintf(path, sizeof(path), "/proc/self/fd/%i", fd);
                copy = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        }
        *ret_may_block = copy < 0 && !S_ISREG(st.st_mode);
        if (copy < 0)
                copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        return copy < 0 ? -errno : copy;
}
