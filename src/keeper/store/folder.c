/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Folders of the user. */

#include <sys/stat.h>

#include "keeper/store/folder.h"
#include "shared/macros.h"

int folder_make(const char *path) {
        _cleanup_free_ char *part = strdup(path);

        if (!part)
                return -ENOMEM;
        for (char *slash = part; slash;) {
                slash = strchr(slash + 1, '/');
                if (slash)
                        *slash = 0;
                if (mkdir(part, 0700) < 0 && errno != EEXIST) {
                        /* Above it there may be folders that we cannot write to, but that are there. */
                        if (!slash || (errno != EACCES && errno != EPERM && errno != EROFS))
                                return -errno;
                }
                if (slash)
                        *slash = '/';
        }
        return 0;
}
