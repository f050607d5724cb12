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

/* Reads /proc/PID/FILE, as much as there is room for. -ESRCH if the process is gone. */
static int read_file(pid_t pid, const char *file, char *ret, size_t size) {
        _cleanup_close_ int fd = -EBADF;
        char path[64];
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/%" PRIi32 "/%s", (int32_t) pid, file);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? -ESRCH : -errno;
        n = read(fd, ret, size - 1);
        if (n < 0)
                return -errno;
        ret[n] = 0;
        return 0;
}

/* Where a field of /proc/PID/stat begins, a space before it; NULL: it has none. The second field is the name
 * in parentheses and may hold anything. */
static const char *find_stat_field(const char *stat, int wanted) {
        const char *p = strrchr(stat, ')');

        for (int field = 2; p && field < wanted; field++)
                p = strchr(p + 1, ' ');
        return p;
}

int process_start_time(pid_t pid, uint64_t *ret) {
        const char *start;
        char stat[1024];
        int r;

        r = read_file(pid, "stat", stat, sizeof(stat));
        if (r < 0)
                return r;
        start = find_stat_field(stat, 22);
        return start && sscanf(start, " %" SCNu64, ret) == 1 ? 0 : -EIO;
}

int process_parent(pid_t pid, pid_t *ret_parent, uint32_t *ret_tty) {
        const char *parent, *tty;
        int32_t number, device;
        char stat[1024];
        int r;

        r = read_file(pid, "stat", stat, sizeof(stat));
        if (r < 0)
                return r;
        parent = find_stat_field(stat, 4);
        tty = find_stat_field(stat, 7);
        if (!parent || !tty || sscanf(parent, " %" SCNi32, &number) != 1 ||
                sscanf(tty, " %" SCNi32, &device) != 1)
                return -EIO;
        *ret_parent = number;
        *ret_tty = (uint32_t) device;
        return 0;
}

int process_audit_session(pid_t pid, uint32_t *ret) {
        char text[32];
        int r;

        r = read_file(pid, "sessionid", text, sizeof(text));
        if (r == -ESRCH && access("/proc/self/sessionid", F_OK) < 0)
                return -EOPNOTSUPP;
        if (r < 0)
                return r;
        return sscanf(text, "%" SCNu32, ret) == 1 ? 0 : -EIO;
}

int process_login_uid(pid_t pid, uid_t *ret) {
        char text[32];
        int r;

        r = read_file(pid, "loginuid", text, sizeof(text));
        if (r == -ESRCH && access("/proc/self/loginuid", F_OK) < 0) {
                *ret = (uid_t) -1;
                return 0;
        }
        if (r < 0)
                return r;
        return sscanf(text, "%" SCNu32, ret) == 1 ? 0 : -EIO;
}

typedef struct ProcessUids {
        uint32_t real, effective, saved;
} ProcessUids;

static int read_uids(pid_t pid, ProcessUids *ret) {
        const char *line;
        char text[2048];
        int r;

        r = read_file(pid, "status", text, sizeof(text));
        if (r < 0)
                return r;
        /* The name, which comes first, has its newlines escaped. */
        line = strstr(text, "\nUid:\t");
        if (!line ||
                sscanf(line, "\nUid: %" SCNu32 " %" SCNu32 " %" SCNu32, &ret->real, &ret->effective,
                        &ret->saved) != 3)
                return -EIO;
        return 0;
}

int process_uid(pid_t pid, uid_t *ret) {
        ProcessUids uids;
        int r;

        r = read_uids(pid, &uids);
        if (r >= 0)
                *ret = uids.effective;
        return r;
}

int process_may_signal(pid_t pid, uid_t sender) {
        ProcessUids uids;
        int r;

        r = read_uids(pid, &uids);
        if (r < 0)
                return r;
        return sender == 0 || sender == uids.real || sender == uids.saved;
}

int process_voluntary_switches(pid_t pid, uint64_t *ret) {
        const char *line;
        char text[4096];
        int r;

        r = read_file(pid, "status", text, sizeof(text));
        if (r < 0)
                return r;
        line = strstr(text, "\nvoluntary_ctxt_switches:");
        return line && sscanf(line, "\nvoluntary_ctxt_switches: %" SCNu64, ret) == 1 ? 0 : -EIO;
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
