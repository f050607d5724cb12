/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files and folders that nobody else can change. */

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "manager/base/trust.h"
#include "shared/log.h"

#define WRITABLE_BY_OTHERS 0022
#define WRITABLE_BY_ALL    0002

bool trust_configuration(const struct stat *st) {
        mode_t writable = geteuid() == 0 ? WRITABLE_BY_OTHERS : WRITABLE_BY_ALL;

        return (st->st_uid == 0 || st->st_uid == geteuid()) && (st->st_mode & writable) == 0;
}

/* By this a drop-in is turned off. */
static bool is_null_device(const struct stat *st) {
        return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

int trust_open_configuration(const char *path, FILE **ret) {
        _cleanup_close_ int fd = -EBADF;
        struct stat st;
        FILE *f;

        fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!is_null_device(&st)) {
                if (!S_ISREG(st.st_mode))
                        return -EBADFD;
                if (!trust_configuration(&st))
                        return -EPERM;
        }
        f = fdopen(fd, "re");
        if (!f)
                return -errno;
        (void) TAKE_FD(fd);
        *ret = f;
        return 0;
}

static int open_ours(int parent, const char *name, const char *path) {
        _cleanup_close_ int fd = -EBADF;
        struct stat st;

        fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return log_error_errno(errno, "Cannot open %s: %m", path);
        if (fstat(fd, &st) < 0)
                return log_error_errno(errno, "Cannot look at %s: %m", path);
        if (st.st_uid != geteuid() || (st.st_mode & WRITABLE_BY_OTHERS) != 0)
                return log_error_errno(EPERM,
                        "%s is not ours alone (owner %u, mode %04o); remove it and start again.", path,
                        (unsigned) st.st_uid, (unsigned) st.st_mode & 07777);
        return TAKE_FD(fd);
}

int trust_open_runtime_directory(const char *path, const char *const *folders) {
        _cleanup_close_ int fd = -EBADF;
        int r;

        if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return log_error_errno(errno, "Cannot make %s: %m", path);
        r = fd = open_ours(AT_FDCWD, path, path);
        if (r < 0)
                return r;
        for (const char *const *folder = folders; *folder; folder++) {
                _cleanup_free_ char *shown = NULL;

                if (faccessat(fd, *folder, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
                        continue;
                if (asprintf(&shown, "%s/%s", path, *folder) < 0)
                        return log_oom();
                r = open_ours(fd, *folder, shown);
                if (r < 0)
                        return r;
                (void) safe_close(r);
        }
        return TAKE_FD(fd);
}
