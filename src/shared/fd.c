/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What descriptors are, and how they are used. */

#include <fcntl.h>
#include <sys/socket.h>

#include "shared/fd.h"
#include "shared/macros.h"

int fd_make_nonblocking(int fd) {
        int flags = fcntl(fd, F_GETFL);

        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
                return -errno;
        return 0;
}

int fd_check_socket(int fd, int type) {
        int found;
        socklen_t size = sizeof(found);

        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &found, &size) < 0)
                return -errno;
        return found == type ? 0 : -EPROTOTYPE;
}

FILE *fd_to_file(int fd, const char *mode) {
        FILE *f = fdopen(fd, mode);

        if (!f)
                (void) safe_close(fd);
        return f;
}
