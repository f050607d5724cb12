/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From what was asked for to what is executed. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/launch/command.h"
#include "keeper/launch/environment.h"
#include "keeper/launch/kernel-command.h"
#include "keeper/launch/launch.h"
#include "keeper/launch/notebook.h"
#include "keeper/store/user.h"
#include "shared/strv.h"
#include "shared/text.h"

#define DEFAULT_KERNEL "python3"

void launch_done(Launch *l) {
        free(l->path);
        strv_free(l->arguments);
        strv_free(l->environment);
        *l = (Launch){};
}

static int directory_check(const char *path) {
        struct stat st;

        if (stat(path, &st) < 0)
                return -errno;
        if (!S_ISDIR(st.st_mode))
                return -ENOTDIR;
        return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

/* The requested directory, else fallback; as login(1) does, "/" for a home that is gone. */
static int choose_directory(const char *wanted, const char *fallback, char **ret, Failure *failure) {
        const char *directory = wanted;
        int r;

        if (wanted) {
                r = directory_check(wanted);
                if (r == -ENOENT)
                        return failure_set(failure, KEEPER_ERROR_NO_DIRECTORY,
                                "Directory '%s' does not exist. Make it, or give another one.", wanted);
                if (r < 0)
                        return failure_set(failure, KEEPER_ERROR_NO_DIRECTORY,
                                "Directory '%s' is not accessible: %s. Give another one.", wanted,
                                strerror(-r));
        } else
                directory = fallback[0] == '/' && directory_check(fallback) >= 0 ? fallback : "/";

        *ret = strdup(directory);
        return *ret ? 0 : -ENOMEM;
}

static int find_command(Launch *l, const char *directory, Failure *failure) {
        int r;

        r = command_find(l->arguments[0], l->environment, directory, &l->path);
        switch (r) {
        case -ENOMEM:
                return r;
        case -EACCES:
                return failure_set(failure, KEEPER_ERROR_NO_COMMAND,
                        "Command '%s' is not an executable program. Check its permissions, or give another one.",
                        l->arguments[0]);
        case -EISDIR:
                return failure_set(failure, KEEPER_ERROR_NO_COMMAND,
                        "Command '%s' is a directory. Give an absolute path or a program in PATH.",
                        l->arguments[0]);
        default:
                if (r < 0)
                        return failure_set(failure, KEEPER_ERROR_NO_COMMAND,
                                "Command '%s' not found. Give an absolute path or a program in PATH.",
                                l->arguments[0]);
        }
        return 0;
}

/* A login shell is told so by the "-" before its name; the manager is told its path. */
static int use_login_shell(const User *user, KeeperState *state, Launch *l) {
        char *name;
        int r;

        r = command_login_shell(user, &l->path);
        if (r < 0)
                return r;
        if (asprintf(&name, "-%s", strrchr(l->path, '/') + 1) < 0)
                return -ENOMEM;
        r = strv_consume(&l->arguments, name);
        if (r < 0)
                return r;
        return strv_extend(&state->arguments, l->path);
}

static int prepare_terminal(
        const StartRequest *request, const User *user, KeeperState *state, Launch *l, Failure *failure) {
        int r;

        r = choose_directory(request->directory, strempty(strv_env_get(l->environment, "HOME")),
                &state->directory, failure);
        if (r != 0)
                return r;
        state->rows = request->rows;
        state->columns = request->columns;
        if (!request->arguments)
                return use_login_shell(user, state, l);

        r = strv_copy(request->arguments, &l->arguments);
        if (r < 0)
                return r;
        r = find_command(l, state->directory, failure);
        if (r != 0)
                return r;
        return strv_copy(l->arguments, &state->arguments);
}

/* The kernelspec's command, its templates filled in. */
static int prepare_kernel(const StartRequest *request, const KernelSpec *kernel, KeeperState *state,
        Launch *l, Failure *failure) {
        int r;

        r = kernel_arguments(
                kernel, request->arguments, state->connection_file, l->environment, &l->arguments);
        if (r < 0)
                return r;
        r = kernel_environment(kernel, &l->environment);
        if (r < 0)
                return r;
        r = strv_env_set(&l->environment, "JPY_SESSION_NAME", state->notebook);
        if (r < 0)
                return r;
        /* A kernelspec may not bring back what a session cannot live with: see environment.c. */
        r = strv_env_set(&l->environment, "JPY_PARENT_PID", NULL);
        if (r < 0)
                return r;

        r = command_find(l->arguments[0], l->environment, state->directory, &l->path);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return failure_set(failure, KEEPER_ERROR_INVALID_KERNELSPEC,
                        "Kernel '%s' needs the program '%s', which is not there. Install it, or choose another "
                        "kernel.",
                        kernel->name, l->arguments[0]);
        return strv_copy(l->arguments, &state->arguments);
}

static int choose_kernel(const StartRequest *request, const char *notebook, char **ret) {
        int r;

        if (!request->kernel) {
                r = notebook_kernel(notebook, ret);
                if (r < 0 || *ret)
                        return r;
        }
        *ret = strdup(request->kernel ? request->kernel : DEFAULT_KERNEL);
        return *ret ? 0 : -ENOMEM;
}

static int prepare_notebook(const StartRequest *request, KeeperState *state, Launch *l, Failure *failure) {
        _cleanup_kernelspec_ KernelSpec kernel = {};
        _cleanup_free_ char *folder = NULL, *name = NULL;
        int r;

        r = notebook_resolve(request->notebook, &state->notebook, &folder, failure);
        if (r != 0)
                return r;
        r = choose_directory(request->directory, folder, &state->directory, failure);
        if (r != 0)
                return r;
        r = choose_kernel(request, state->notebook, &name);
        if (r < 0)
                return r;
        r = kernelspec_load(name, l->environment, &kernel, failure);
        if (r != 0)
                return r;
        if (!state->connection_file) {
                r = connection_file_plan(l->environment, request->transport, kernel.can_ipc,
                        &state->connection_file, &l->transport, failure);
                if (r != 0)
                        return r;
        }
        r = prepare_kernel(request, &kernel, state, l, failure);
        if (r != 0)
                return r;

        l->interrupt_mode = kernel.interrupt_mode;
        state->kernel = TAKE_PTR(kernel.name);
        state->kernel_title = TAKE_PTR(kernel.title);
        return 0;
}

int launch_prepare(const StartRequest *request, char *const *inherited, KeeperState *state, Launch *ret,
        Failure *failure) {
        _cleanup_launch_ Launch l = {};
        _cleanup_user_ User user = {};
        int r;

        r = user_load(&user);
        if (r < 0)
                return r;
        r = environment_make(
                inherited, request->environment, &user, request->type, state->id, &l.environment);
        if (r < 0)
                return r;
        if (request->type == SESSION_NOTEBOOK)
                r = prepare_notebook(request, state, &l, failure);
        else
                r = prepare_terminal(request, &user, state, &l, failure);
        if (r != 0)
                return r;

        *ret = l;
        l = (Launch){};
        return 0;
}
