/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where Jupyter keeps its files. */

#include <stdio.h>
#include <strings.h>

#include "jupyter/jupyter-paths.h"
#include "shared/strv.h"

/* A relative path here would mean something else in each process that reads it. */
static const char *absolute_or_null(const char *path) {
        return path && path[0] == '/' ? path : NULL;
}

static const char *environment_path(char *const *environment, const char *name) {
        return absolute_or_null(strv_env_get(environment, name));
}

static int join(const char *directory, const char *below, char **ret) {
        size_t length = strlen(directory);

        while (length > 1 && directory[length - 1] == '/')
                length--;
        return asprintf(ret, "%.*s/%s", (int) length, directory, below) < 0 ? -ENOMEM : 0;
}

int jupyter_data_directory(char *const *environment, char **ret) {
        const char *path;

        path = environment_path(environment, "JUPYTER_DATA_DIR");
        if (path) {
                *ret = strdup(path);
                return *ret ? 0 : -ENOMEM;
        }
        path = environment_path(environment, "XDG_DATA_HOME");
        if (path)
                return join(path, "jupyter", ret);
        return join(strempty(strv_env_get(environment, "HOME")), ".local/share/jupyter", ret);
}

int jupyter_runtime_directory(char *const *environment, char **ret) {
        _cleanup_free_ char *data = NULL;
        const char *path;
        int r;

        path = environment_path(environment, "JUPYTER_RUNTIME_DIR");
        if (path) {
                *ret = strdup(path);
                return *ret ? 0 : -ENOMEM;
        }
        r = jupyter_data_directory(environment, &data);
        if (r < 0)
                return r;
        return join(data, "runtime", ret);
}

const char *python_environment(char *const *environment) {
        const char *path;

        /* A virtual environment made and activated within a conda environment is the one that was meant. */
        path = environment_path(environment, "VIRTUAL_ENV");
        return path ? path : environment_path(environment, "CONDA_PREFIX");
}

static int add_below(char ***directories, const char *directory, const char *below) {
        _cleanup_free_ char *path = NULL;
        int r;

        if (!directory)
                return 0;
        r = join(directory, below, &path);
        if (r < 0)
                return r;
        STRV_FOREACH(s, *directories)
                if (streq(*s, path))
                        return 0;
        return strv_consume(directories, TAKE_PTR(path));
}

static int add_search_path(char ***directories, const char *search) {
        int r;

        for (const char *p = strempty(search); *p; p += *p == ':') {
                _cleanup_free_ char *directory = NULL;
                size_t length = strcspn(p, ":");

                directory = strndup(p, length);
                if (!directory)
                        return -ENOMEM;
                r = add_below(directories, absolute_or_null(directory), "kernels");
                if (r < 0)
                        return r;
                p += length;
        }
        return 0;
}

static int add_user(char ***directories, char *const *environment) {
        _cleanup_free_ char *data = NULL, *base = NULL;
        const char *path;
        int r;

        r = jupyter_data_directory(environment, &data);
        if (r < 0)
                return r;
        r = add_below(directories, data, "kernels");
        if (r < 0)
                return r;
        /* Python's "user site", where "pip install --user" puts kernelspecs. */
        path = environment_path(environment, "PYTHONUSERBASE");
        if (path)
                return add_below(directories, path, "share/jupyter/kernels");
        r = join(strempty(strv_env_get(environment, "HOME")), ".local", &base);
        if (r < 0)
                return r;
        return add_below(directories, base, "share/jupyter/kernels");
}

static int add_environment(char ***directories, char *const *environment) {
        return add_below(directories, python_environment(environment), "share/jupyter/kernels");
}

/* jupyter_core: set, and not one of the words for "no". */
static bool prefers_environment(char *const *environment) {
        static const char *const no[] = { "no", "n", "false", "off", "0", "0.0" };
        const char *value = strv_env_get(environment, "JUPYTER_PREFER_ENV_PATH");

        if (!value)
                return false;
        for (size_t i = 0; i < ELEMENTSOF(no); i++)
                if (strcasecmp(value, no[i]) == 0)
                        return false;
        return true;
}

int jupyter_kernel_directories(char *const *environment, char ***ret) {
        _cleanup_strv_ char **directories = NULL;
        bool environment_first = prefers_environment(environment);
        int r;

        r = add_search_path(&directories, strv_env_get(environment, "JUPYTER_PATH"));
        if (r < 0)
                return r;
        r = environment_first ? add_environment(&directories, environment)
                              : add_user(&directories, environment);
        if (r < 0)
                return r;
        r = environment_first ? add_user(&directories, environment)
                              : add_environment(&directories, environment);
        if (r < 0)
                return r;
        r = add_below(&directories, "/usr/local/share/jupyter", "kernels");
        if (r < 0)
                return r;
        r = add_below(&directories, "/usr/share/jupyter", "kernels");
        if (r < 0)
                return r;

        *ret = TAKE_PTR(directories);
        return 0;
}
