/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The session's place for the sockets of logins. */

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/launch/login-place.h"
#include "keeper/store/folder.h"
#include "shared/log.h"
#include "shared/login-environment.h"
#include "shared/strv.h"

/* The folder, made if there is a runtime directory to make it in. -ENOENT: there is none. */
static int make_folder(const char *id, bool user_mode, char **ret) {
        _cleanup_free_ char *directory = login_directory(geteuid(), user_mode, id);
        char runtime[64];
        struct stat st;
        int r;

        if (!directory)
                return -ENOMEM;
        (void) snprintf(runtime, sizeof(runtime), "/run/user/%" PRIu32, (uint32_t) geteuid());
        if (stat(runtime, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
                return -ENOENT;
        r = folder_make(directory);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(directory);
        return 0;
}

static int use_link(const char *directory, const LoginVariable *v, char ***environment) {
        _cleanup_free_ char *socket = login_socket(geteuid(), strv_env_get(*environment, v->name)),
                            *path = NULL;
        struct stat st;
        int r;

        if (!socket)
                return strv_env_set(environment, v->name, NULL);
        if (asprintf(&path, "%s/%s", directory, v->link) < 0)
                return -ENOMEM;
        /* One that is there already, of before a kernel's restart, leads to a login that came later. */
        r = lstat(path, &st) < 0 ? login_link_set(directory, v->link, socket) : 0;
        if (r < 0)
                log_notice("%s is left out, as its link could not be made: %s.", v->name, strerror(-r));
        return strv_env_set(environment, v->name, r < 0 ? NULL : path);
}

int login_place_make(const char *id, bool user_mode, char ***environment) {
        _cleanup_free_ char *directory = NULL;
        int r;

        r = make_folder(id, user_mode, &directory);
        if (r == -ENOMEM)
                return r;
        for (size_t i = 0; i < n_login_variables; i++) {
                const LoginVariable *v = &login_variables[i];

                if (!v->link || !strv_env_get(*environment, v->name))
                        continue;
                r = directory ? use_link(directory, v, environment)
                              : strv_env_set(environment, v->name, NULL);
                if (r < 0)
                        return r;
        }
        return 0;
}

void login_place_remove(const char *id, bool user_mode) {
        _cleanup_free_ char *directory = login_directory(geteuid(), user_mode, id);
        struct dirent *entry;
        DIR *d;

        d = directory ? opendir(directory) : NULL;
        if (!d)
                return;
        while ((entry = readdir(d)))
                if (!streq(entry->d_name, ".") && !streq(entry->d_name, ".."))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        (void) closedir(d);
        (void) rmdir(directory);
}
