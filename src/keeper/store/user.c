/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The user that the keeper runs as. */

#include <pwd.h>
#include <unistd.h>

#include "keeper/store/user.h"

static int copy_absolute(const char *path, char **ret) {
        if (isempty(path) || path[0] != '/')
                return 0;
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}

int user_load(User *ret) {
        _cleanup_user_ User u = { .uid = geteuid() };
        struct passwd *record;
        int r;

        errno = 0;
        record = getpwuid(u.uid);
        if (!record && errno == ENOMEM)
                return -ENOMEM;
        if (record) {
                u.name = strdup(record->pw_name);
                if (!u.name)
                        return -ENOMEM;
                r = copy_absolute(record->pw_dir, &u.home);
                if (r < 0)
                        return r;
                r = copy_absolute(record->pw_shell, &u.shell);
                if (r < 0)
                        return r;
        }

        *ret = u;
        u = (User){};
        return 0;
}

void user_done(User *u) {
        free(u->name);
        free(u->home);
        free(u->shell);
        *u = (User){};
}
