/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers for new sessions. */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/model/manager.h"
#include "manager/registry/session-number.h"
#include "shared/macros.h"
#include "shared/parse.h"

int manager_read_number(Manager *m) {
        _cleanup_close_ int fd = -EBADF;
        char text[32] = {};
        struct stat st;
        uint64_t number;

        fd = openat(m->runtime_fd, NUMBER_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EBADFD;
        if (read(fd, text, sizeof(text) - 1) < 0)
                return -errno;
        text[strcspn(text, "\n")] = 0;
        if (parse_uint64(text, &number) >= 0 && number > 0)
                m->next_number = number;
        return 0;
}

int manager_take_number(Manager *m, uint64_t *ret) {
        char text[32];
        ssize_t n;
        int fd, length;

        if (m->next_number == UINT64_MAX)
                return -EOVERFLOW;
        length = snprintf(text, sizeof(text), "%" PRIu64 "\n", m->next_number + 1);
        fd = openat(m->runtime_fd, NUMBER_FILE ".new", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                0600);
        if (fd < 0)
                return -errno;
        n = write(fd, text, (size_t) length);
        if (n != length) {
                int r = n < 0 ? -errno : -ENOSPC;

                (void) safe_close(fd);
                return r;
        }
        (void) safe_close(fd);
        if (renameat(m->runtime_fd, NUMBER_FILE ".new", m->runtime_fd, NUMBER_FILE) < 0)
                return -errno;
        *ret = m->next_number++;
        return 0;
}
