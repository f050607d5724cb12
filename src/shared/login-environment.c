/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session knows of the login that looks at it. */

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/login-environment.h"
#include "shared/macros.h"

const LoginVariable login_variables[] = {
        { "SSH_AUTH_SOCK", "ssh-agent" },
        { "WAYLAND_DISPLAY", "wayland" },
        { "DISPLAY", NULL },
        { "XAUTHORITY", NULL },
        { "SSH_CONNECTION", NULL },
};
const size_t n_login_variables = ELEMENTSOF(login_variables);

const LoginVariable *login_variable_find(const char *name) {
        for (size_t i = 0; i < n_login_variables; i++) {
                const char *rest = startswith(name, login_variables[i].name);

                if (rest && (rest[0] == 0 || rest[0] == '='))
                        return &login_variables[i];
        }
        return NULL;
}

char *login_directory(uid_t uid, bool user_mode, const char *id) {
        char *path;

        if (asprintf(&path, "/run/user/%" PRIu32 "/compute-logins/%s%s", (uint32_t) uid,
                    user_mode ? "user-" : "", id) < 0)
                return NULL;
        return path;
}

char *login_socket(uid_t uid, const char *value) {
        char path[PATH_MAX], *found;
        struct stat st;

        if (isempty(value))
                return NULL;
        if (value[0] == '/')
                found = realpath(value, NULL);
        else if (strchr(value, '/') ||
                snprintf(path, sizeof(path), "/run/user/%" PRIu32 "/%s", (uint32_t) uid, value) >= PATH_MAX)
                return NULL;
        else
                found = realpath(path, NULL);
        if (found && (stat(found, &st) < 0 || !S_ISSOCK(st.st_mode))) {
                free(found);
                return NULL;
        }
        return found;
}

int login_link_set(const char *directory, const char *link, const char *target) {
        char path[PATH_MAX], fresh[PATH_MAX];

        if (snprintf(path, sizeof(path), "%s/%s", directory, link) >= PATH_MAX ||
                snprintf(fresh, sizeof(fresh), "%s/.%s.%" PRIi32, directory, link, (int32_t) getpid()) >=
                        PATH_MAX)
                return -ENAMETOOLONG;
        if (unlink(fresh) < 0 && errno != ENOENT)
                return -errno;
        if (symlink(target, fresh) < 0)
                return -errno;
        if (rename(fresh, path) < 0) {
                int r = -errno;

                (void) unlink(fresh);
                return r;
        }
        return 0;
}
