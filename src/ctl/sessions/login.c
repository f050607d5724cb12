/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session knows of its user's logins. */

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/sessions/login.h"
#include "ctl/text/shell-word.h"
#include "shared/log.h"
#include "shared/login-environment.h"
#include "shared/strv.h"
#include "shared/text.h"

#define FILE_NAME \
        "environment" /* beside the links: what is no socket, NAME=VALUE, each with a NUL behind it */

static char *find_place(const Arguments *a, const char *id) {
        _cleanup_free_ char *directory = login_directory(getuid(), a->user, id);
        struct stat st;

        if (!directory || lstat(directory, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != getuid())
                return NULL;
        return TAKE_PTR(directory);
}

static int renew_links(const char *directory) {
        int r = 0;

        for (size_t i = 0; i < n_login_variables && r >= 0; i++) {
                const LoginVariable *v = &login_variables[i];
                _cleanup_free_ char *socket = v->link ? login_socket(getuid(), getenv(v->name)) : NULL;

                /* A login without one takes nothing away: the last one that had one may still be there. */
                if (socket)
                        r = login_link_set(directory, v->link, socket);
        }
        return r;
}

/* As a new file in the old one's place, so that who reads sees one login or the other. */
static int write_values(const char *directory) {
        char path[PATH_MAX], fresh[PATH_MAX];
        FILE *f;

        if (snprintf(path, sizeof(path), "%s/" FILE_NAME, directory) >= PATH_MAX ||
                snprintf(fresh, sizeof(fresh), "%s/." FILE_NAME ".%i", directory, (int) getpid()) >=
                        PATH_MAX)
                return -ENAMETOOLONG;
        (void) unlink(fresh);
        f = fopen(fresh, "wxe");
        if (!f)
                return -errno;
        for (size_t i = 0; i < n_login_variables; i++) {
                const LoginVariable *v = &login_variables[i];
                const char *value = v->link ? NULL : getenv(v->name);

                if (value)
                        fprintf(f, "%s=%s%c", v->name, value, 0);
        }
        if (fclose(f) != 0 || rename(fresh, path) < 0) {
                int r = -errno;

                (void) unlink(fresh);
                return r;
        }
        return 0;
}

void login_renew(const Arguments *a, const char *id) {
        _cleanup_free_ char *directory = find_place(a, id);
        int r;

        if (!directory)
                return;
        r = renew_links(directory);
        if (r >= 0)
                r = write_values(directory);
        if (r < 0)
                log_warning_errno(r, "The session does not learn of this login's agent and display: %m");
}

static int read_values(const char *directory, char ***ret) {
        _cleanup_strv_ char **values = NULL;
        _cleanup_free_ char *one = NULL;
        char path[PATH_MAX];
        size_t size = 0;
        FILE *f;
        int r = 0;

        if (snprintf(path, sizeof(path), "%s/" FILE_NAME, directory) >= PATH_MAX)
                return -ENAMETOOLONG;
        f = fopen(path, "re");
        if (!f)
                return errno == ENOENT ? 0 : -errno;
        while (r >= 0 && getdelim(&one, &size, 0, f) > 0)
                if (env_assignment_is_valid(one) && login_variable_find(one))
                        r = strv_extend(&values, one);
        (void) fclose(f);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(values);
        return 1;
}

static int print_export(FILE *f, const char *name, const char *value) {
        _cleanup_free_ char *word = shell_word(value);

        if (!word)
                return -ENOMEM;
        fprintf(f, "export %s=%s\n", name, word);
        return 0;
}

int login_print(const Arguments *a, const char *id, FILE *f) {
        _cleanup_free_ char *directory = find_place(a, id);
        _cleanup_strv_ char **values = NULL;
        int known, r = 0;

        if (!directory)
                return -ENOENT;
        known = read_values(directory, &values);
        if (known < 0)
                return known;
        for (size_t i = 0; i < n_login_variables && r >= 0; i++) {
                const LoginVariable *v = &login_variables[i];
                const char *value = strv_env_get(values, v->name);
                char path[PATH_MAX];

                if (v->link) {
                        if (snprintf(path, sizeof(path), "%s/%s", directory, v->link) < PATH_MAX &&
                                access(path, F_OK) >= 0)
                                r = print_export(f, v->name, path);
                } else if (value)
                        r = print_export(f, v->name, value);
                else if (known)
                        fprintf(f, "unset %s\n", v->name);
        }
        return r;
}
