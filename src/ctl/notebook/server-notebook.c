/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The notebook that a Jupyter server says it starts a kernel for. */

#include <stdio.h>
#include <unistd.h>

#include "ctl/notebook/server-notebook.h"
#include "ctl/sessions/resolve.h"
#include "shared/text.h"

#define EXTENSION   ".ipynb"
#define MARK        "-jvsc-"
#define UUID_LENGTH 36U

/* Takes VS Code's mark out of the name. Returns whether there was one. */
static bool strip_mark(char *path) {
        char *mark = strstr((char *) path_file_name(path), MARK), *uuid, *rest;

        if (!mark)
                return false;
        uuid = mark + strlen(MARK);
        if (strspn(uuid, "0123456789abcdefABCDEF-") < UUID_LENGTH)
                return false;
        rest = uuid + UUID_LENGTH;
        if (!streq(rest, EXTENSION))
                return false;
        memmove(mark, rest, strlen(rest) + 1);
        return true;
}

/* The folder may be that of the notebook, so that its last names are said again. */
static int below(const char *folder, const char *path, char **ret) {
        const char *name = path_file_name(path);
        size_t n = (size_t) (name - path), size = strlen(folder);

        /* "a/b/" of "a/b/c.ipynb" against the end of "/home/me/a/b" */
        if (n > 0 && size >= n && folder[size - n] == '/' &&
                memcmp(folder + size - (n - 1), path, n - 1) == 0)
                path = name;
        return asprintf(ret, "%s/%s", streq(folder, "/") ? "" : folder, path) < 0 ? -ENOMEM : 0;
}

int server_notebook(const char *said, const char *folder, char **ret_path, char **ret_name) {
        _cleanup_free_ char *copy = strdup(said), *path = NULL, *name = NULL;
        bool marked, guessed;
        size_t size;
        int r;

        if (!copy)
                return -ENOMEM;
        marked = strip_mark(copy);
        guessed = marked || copy[0] != '/';
        if (copy[0] == '/')
                path = strdup(copy);
        else {
                r = below(folder, copy, &path);
                if (r < 0)
                        return r;
        }
        size = strlen(copy);
        if (size > strlen(EXTENSION) && streq(copy + size - strlen(EXTENSION), EXTENSION)) {
                name = strdup(path_file_name(copy));
                if (!name)
                        return -ENOMEM;
        }
        if (!path)
                return -ENOMEM;
        if (!guessed || (name && access(path, F_OK) >= 0))
                *ret_path = TAKE_PTR(path);
        *ret_name = TAKE_PTR(name);
        return 0;
}
