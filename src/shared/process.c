/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Processes that may not be our children. */

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/process.h"

/* From linux/pidfd.h of Linux 6.15, which is newer than the headers this is built with. */
struct pidfd_info_v2 {
        uint64_t mask;
        uint64_t cgroupid;
        uint32_t pid, tgid, ppid;
        uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
        int32_t exit_code;
        uint32_t coredump_mask;
        uint32_t spare;
};
#define PIDFD_INFO_EXIT_BIT   (UINT64_C(1) << 3)
#define PIDFD_GET_INFO_NUMBER _IOWR(0xff, 11, struct pidfd_info_v2)

int process_open(pid_t pid) {
        int fd;

        if (pid <= 0)
                return -ESRCH;
        fd = (int) syscall(SYS_pidfd_open, pid, 0);
        return fd < 0 ? -errno : fd;
}

int process_has_ended(int pidfd) {
        struct pollfd p = { .fd = pidfd, .events = POLLIN };
        int r;

        r = poll(&p, 1, 0);
        if (r < 0)
                return -errno;
        return r > 0;
}

int process_start_time(pid_t pid, uint64_t *ret) {
        _cleanup_close_ int fd = -EBADF;
        char path[64], buffer[1024], *p;
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%" PRIi32 "/stat", (int32_t) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? -ESRCH : -errno;
        n = read(fd, buffer, sizeof(buffer) - 1);
        if (n < 0)
                return -errno;
        buffer[n] = 0;

        /* The second field is the name in parentheses and may hold anything; starttime is the 22nd. */
        p = strrchr(buffer, ')');
        for (int field = 2; p && field < 22; field++)
                p = strchr(p + 1, ' ');
        if (!p || sscanf(p, " %" SCNu64, ret) != 1)
                return -EIO;
        return 0;
}

int process_uid(pid_t pid, uid_t *ret) {
        _cleanup_close_ int fd = -EBADF;
        char path[64], text[2048];
        const char *line;
        uint32_t uid;
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%" PRIi32 "/status", (int32_t) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? -ESRCH : -errno;
        n = read(fd, text, sizeof(text) - 1);
        if (n < 0)
                return -errno;
        text[n] = 0;
        /* The name, which comes first, has its newlines escaped. */
        line = strstr(text, "\nUid:\t");
        if (!line || sscanf(line, "\nUid: %*u %" SCNu32, &uid) != 1)
                return -EIO;
        *ret = uid;
        return 0;
}

int process_exit_info(int pidfd, int *ret_code, int *ret_status) {
        struct pidfd_info_v2 info = { .mask = PIDFD_INFO_EXIT_BIT };

        if (ioctl(pidfd, PIDFD_GET_INFO_NUMBER, &info) < 0)
                return errno == ESRCH ? -ENODATA : -EOPNOTSUPP;
        if (!(info.mask & PIDFD_INFO_EXIT_BIT))
                return -ENODATA;
        if (WIFSIGNALED(info.exit_code)) {
                *ret_code = WCOREDUMP(info.exit_code) ? CLD_DUMPED : CLD_KILLED;
                *ret_status = WTERMSIG(info.exit_code);
        } else {
                *ret_code = CLD_EXITED;
                *ret_status = WEXITSTATUS(info.exit_code);
        }
        return 0;
}
