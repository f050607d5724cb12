/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The few helpers of macros.h that are not worth inlining. */

#include <unistd.h>

#include "shared/macros.h"

int safe_close(int fd) {
        int saved_errno = errno;

        if (fd >= 0)
                (void) close(fd);
        errno = saved_errno;
        return -EBADF;
}

int replace_string(char **target, const char *s) {
        char *copy = NULL;

        if (streq_null(*target, s))
                return 0;
        if (s) {
                copy = strdup(s);
                if (!copy)
                        return -ENOMEM;
        }
        free(*target);
        *target = copy;
        return 1;
}
