/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The notebook file that a session is linked to. */

#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jupyter/json-file.h"
#include "keeper/launch/notebook.h"
#include "shared/text.h"

#define NOTEBOOK_FILE_MAX (16U * 1024U * 1024U)

static int inaccessible(Failure *failure, const char *path, const char *why) {
        return failure_set(failure, KEEPER_ERROR_NO_NOTEBOOK,
                "The notebook '%s' is not accessible: %s. Give the path of a notebook that you can read, or of a new "
                "one in an existing folder.",
                path, why);
}

/* The folder with links resolved, and the last component as it is. */
static int resolve_new(const char *path, char **ret, Failure *failure) {
        _cleanup_free_ char *folder = NULL, *resolved = NULL;
        const char *name = strrchr(path, '/') + 1;
        char *joined;

        folder = name - path > 1 ? strndup(path, (size_t) (name - path) - 1) : strdup("/");
        if (!folder)
                return -ENOMEM;
        resolved = realpath(folder, NULL);
        if (!resolved && errno == ENOMEM)
                return -ENOMEM;
        if (!resolved)
                return inaccessible(
                        failure, path, errno == ENOENT ? "its folder does not exist" : strerror(errno));
        if (asprintf(&joined, "%s/%s", streq(resolved, "/") ? "" : resolved, name) < 0)
                return -ENOMEM;
        *ret = joined;
        return 0;
}

int notebook_resolve(const char *path, char **ret_path, char **ret_directory, Failure *failure) {
        _cleanup_free_ char *resolved = NULL, *directory = NULL;
        const char *slash = strrchr(path, '/');
        struct stat st;
        int r;

        if (path[0] != '/' || !slash[1])
                return inaccessible(failure, path, "this is not the absolute path of a file");
        resolved = realpath(path, NULL);
        if (resolved) {
                if (stat(resolved, &st) < 0)
                        return inaccessible(failure, path, strerror(errno));
                if (!S_ISREG(st.st_mode))
                        return inaccessible(failure, path, "this is not a file");
                if (faccessat(AT_FDCWD, resolved, R_OK, AT_EACCESS) < 0)
                        return inaccessible(failure, path, strerror(errno));
        } else if (errno != ENOENT)
                return inaccessible(failure, path, strerror(errno));
        else {
                r = resolve_new(path, &resolved, failure);
                if (r != 0)
                        return r;
        }

        slash = strrchr(resolved, '/');
        directory = slash > resolved ? strndup(resolved, (size_t) (slash - resolved)) : strdup("/");
        if (!directory)
                return -ENOMEM;
        if (stat(directory, &st) < 0)
                return inaccessible(failure, path, strerror(errno));
        if (!S_ISDIR(st.st_mode))
                return inaccessible(failure, path, "its folder is not a folder");
        if (faccessat(AT_FDCWD, directory, X_OK, AT_EACCESS) < 0)
                return inaccessible(failure, path, strerror(errno));
        if (strlen(resolved) > OPTION_PATH_MAX || !text_is_printable(resolved))
                return inaccessible(failure, path,
                        "its resolved path is too long or has characters that cannot be shown");

        *ret_path = TAKE_PTR(resolved);
        *ret_directory = TAKE_PTR(directory);
        return 0;
}

static const char *kernel_of(json_object *notebook) {
        json_object *metadata, *kernelspec;
        const char *name;

        if (!json_object_is_type(notebook, json_type_object) ||
                !json_object_object_get_ex(notebook, "metadata", &metadata) ||
                !json_object_is_type(metadata, json_type_object) ||
                !json_object_object_get_ex(metadata, "kernelspec", &kernelspec) ||
                !json_object_is_type(kernelspec, json_type_object) ||
                json_get_string(kernelspec, "name", &name) <= 0)
                return NULL;
        return name;
}

int notebook_kernel(const char *path, char **ret) {
        _cleanup_json_ json_object *notebook = NULL;
        const char *name;
        int r;

        r = json_file_read(path, NOTEBOOK_FILE_MAX, &notebook, NULL);
        if (r == -ENOMEM)
                return r;
        *ret = NULL;
        if (r < 0)
                return 0;
        name = kernel_of(notebook);
        if (name) {
                *ret = strdup(name);
                if (!*ret)
                        return -ENOMEM;
        }
        json_object_put(TAKE_PTR(notebook));
        /* A keeper lives long and is small; a notebook may not be. */
        (void) malloc_trim(0);
        return 0;
}
