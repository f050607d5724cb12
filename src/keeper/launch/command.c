/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which program a session executes. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/launch/command.h"
#include "shared/strv.h"

#define FALLBACK_SHELL "/bin/sh"

static int program_check(const char *path) {
        struct stat st;

        if (stat(path, &st) < 0)
                return errno == ENOTDIR ? -ENOENT : -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;
        if (!S_ISREG(st.st_mode) || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
                return -EACCES;
        return 0;
}

/* directory/name, or name if it is absolute; an empty directory is base. */
static char *path_below(const char *base, const char *directory, size_t length, const char *name) {
        char *path;
        int r;

        if (name[0] == '/')
                r = asprintf(&path, "%s", name);
        else if (length == 0)
                r = asprintf(&path, "%s/%s", base, name);
        else if (directory[0] == '/')
                r = asprintf(&path, "%.*s/%s", (int) length, directory, name);
        else
                r = asprintf(&path, "%s/%.*s/%s", base, (int) length, directory, name);
        return r < 0 ? NULL : path;
}

int command_find(const char *name, char *const *environment, const char *directory, char **ret) {
        const char *search = strempty(strv_env_get(environment, "PATH"));
        bool is_path = strchr(name, '/');
        int worst = -ENOENT;

        if (isempty(name))
                return -ENOENT;
        if (is_path)
                search = "";
        for (const char *p = search;; p++) {
                _cleanup_free_ char *path = NULL;
                size_t length = strcspn(p, ":");
                int r;

                path = path_below(directory, p, length, name);
                if (!path)
                        return -ENOMEM;
                r = program_check(path);
                if (r >= 0) {
                        *ret = TAKE_PTR(path);
                        return 0;
                }
                /* Like execvp(3): a file that may not be executed is worth saying if nothing better is
                 * found. */
                if (is_path || r == -EACCES)
                        worst = r;
                p += length;
                if (!*p)
                        return worst;
        }
}

int command_login_shell(const User *user, char **ret) {
        const char *shell = user->shell && program_check(user->shell) >= 0 ? user->shell : FALLBACK_SHELL;
        char *copy = strdup(shell);

        if (!copy)
                return -ENOMEM;
        *ret = copy;
        return 0;
}
