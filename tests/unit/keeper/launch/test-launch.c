/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From a request to what is executed. */

#include <unistd.h>

#include "keeper/launch/launch.h"
#include "shared/strv.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static char *folder;

/* With HOME=folder and PATH=folder/bin. */
static int prepare(const StartRequest *request, KeeperState *state, Launch *ret, Failure *failure) {
        _cleanup_free_ char *home = NULL, *path = NULL;
        char *inherited[3] = {};

        ck_assert_int_gt(asprintf(&home, "HOME=%s", folder), 0);
        ck_assert_int_gt(asprintf(&path, "PATH=%s/bin", folder), 0);
        inherited[0] = home;
        inherited[1] = path;
        *state = (KeeperState){
                .id = strdup(request->type == SESSION_NOTEBOOK ? "n1" : "t1"),
                .type = request->type,
        };
        return launch_prepare(request, inherited, state, ret, failure);
}

TEST(command) {
        _cleanup_launch_ Launch l = {};
        _cleanup_keeper_state_ KeeperState s = {};
        _cleanup_failure_ Failure f = {};
        char *arguments[] = { (char *) "tool", (char *) "-x", NULL };
        const StartRequest request = {
                .type = SESSION_TERMINAL, .arguments = arguments, .rows = 9, .columns = 8
        };
        _cleanup_free_ char *tool = NULL;

        folder = scratch_make();
        tool = scratch_file(folder, "bin/tool", "", 0755);
        ck_assert_int_eq(prepare(&request, &s, &l, &f), 0);
        ck_assert_str_eq(l.path, tool);
        ck_assert_uint_eq(strv_length(l.arguments), 2);
        ck_assert_str_eq(s.arguments[0], "tool");
        ck_assert_str_eq(s.directory, folder);
        ck_assert_uint_eq(s.rows, 9);
        ck_assert_str_eq(strv_env_get(l.environment, "COMPUTE_SESSION_ID"), "t1");
        scratch_remove(folder);
}
END_TEST

/* Told so by its argv[0]; the manager is told which program it is. A home that is gone is "/". */
TEST(login_shell) {
        _cleanup_launch_ Launch l = {};
        _cleanup_keeper_state_ KeeperState s = {};
        _cleanup_failure_ Failure f = {};
        const StartRequest request = { .type = SESSION_TERMINAL };

        folder = strdup("/nonexistent");
        ck_assert_int_eq(prepare(&request, &s, &l, &f), 0);
        ck_assert_uint_eq(strv_length(l.arguments), 1);
        ck_assert_int_eq(l.arguments[0][0], '-');
        ck_assert_str_eq(l.arguments[0] + 1, strrchr(l.path, '/') + 1);
        ck_assert_str_eq(s.arguments[0], l.path);
        ck_assert_str_eq(s.directory, "/");
        free(folder);
}
END_TEST

static void check_failure(const StartRequest *request, KeeperError error, const char *about) {
        Launch l = {};
        _cleanup_keeper_state_ KeeperState s = {};
        _cleanup_failure_ Failure f = {};

        ck_assert_int_eq(prepare(request, &s, &l, &f), (int) error);
        ck_assert_msg(strstr(failure_message(&f), about) != NULL, "%s", failure_message(&f));
        ck_assert_ptr_null(l.path);
}

TEST(failures) {
        char *arguments[] = { NULL, NULL };
        StartRequest request = { .type = SESSION_TERMINAL, .arguments = arguments };
        _cleanup_free_ char *plain = NULL;

        folder = scratch_make();
        plain = scratch_file(folder, "bin/plain", "", 0644);
        arguments[0] = (char *) "nonesuch";
        check_failure(&request, KEEPER_ERROR_NO_COMMAND, "'nonesuch' not found");
        arguments[0] = (char *) "plain";
        check_failure(&request, KEEPER_ERROR_NO_COMMAND, "not an executable");
        arguments[0] = folder;
        check_failure(&request, KEEPER_ERROR_NO_COMMAND, "is a directory");
        arguments[0] = (char *) "/bin/true";
        request.directory = (char *) "/nonexistent";
        check_failure(&request, KEEPER_ERROR_NO_DIRECTORY, "'/nonexistent' does not exist");
        request.directory = plain;
        check_failure(&request, KEEPER_ERROR_NO_DIRECTORY, "Not a directory");
        scratch_remove(folder);
}
END_TEST

#define KERNEL                                                                                       \
        "{\"argv\": [\"tool\", \"{connection_file}\", \"{resource_dir}\"], \"display_name\": \"T\"," \
        " \"env\": {\"JPY_PARENT_PID\": \"1\", \"DATA\": \"${HOME}/data\"}}"

TEST(notebook) {
        _cleanup_launch_ Launch l = {};
        _cleanup_keeper_state_ KeeperState s = {};
        _cleanup_failure_ Failure f = {};
        _cleanup_free_ char *path = NULL, *tool = NULL, *data = NULL, *directory = NULL;
        StartRequest request = { .type = SESSION_NOTEBOOK };

        folder = scratch_make();
        tool = scratch_file(folder, "bin/tool", "", 0755);
        free(scratch_file(folder, ".local/share/jupyter/kernels/mine/kernel.json", KERNEL, 0644));
        path = scratch_file(
                folder, "work/a.ipynb", "{\"metadata\": {\"kernelspec\": {\"name\": \"MINE\"}}}", 0644);
        directory = scratch_path(folder, "work");
        data = scratch_path(folder, "data");
        request.notebook = path;
        ck_assert_msg(prepare(&request, &s, &l, &f) == 0, "%s", failure_message(&f));
        ck_assert_str_eq(l.path, tool);
        ck_assert_str_eq(l.arguments[1], s.connection_file);
        ck_assert_str_eq(s.arguments[0], "tool");
        ck_assert_str_eq(s.notebook, path);
        ck_assert_str_eq(s.directory, directory);
        ck_assert_str_eq(s.kernel, "mine");
        ck_assert_str_eq(s.kernel_title, "T");
        ck_assert_int_eq(l.transport, TRANSPORT_TCP);
        ck_assert_int_lt(access(s.connection_file, F_OK), 0);
        ck_assert_str_eq(strv_env_get(l.environment, "JPY_SESSION_NAME"), path);
        ck_assert_str_eq(strv_env_get(l.environment, "DATA"), data);
        ck_assert_ptr_null(strv_env_get(l.environment, "JPY_PARENT_PID"));
        scratch_remove(folder);
}
END_TEST

TEST(notebook_failures) {
        _cleanup_free_ char *path = NULL, *gone = NULL;
        StartRequest request = { .type = SESSION_NOTEBOOK };

        folder = scratch_make();
        free(scratch_file(folder, ".local/share/jupyter/kernels/mine/kernel.json", KERNEL, 0644));
        path = scratch_file(folder, "work/a.ipynb", "", 0644);
        gone = scratch_path(folder, "gone/a.ipynb");
        request.notebook = gone;
        check_failure(&request, KEEPER_ERROR_NO_NOTEBOOK, "folder does not exist");
        request.notebook = path;
        request.kernel = (char *) "nonesuch";
        check_failure(&request, KEEPER_ERROR_NO_KERNEL, "mine");
        request.kernel = (char *) "mine";
        check_failure(&request, KEEPER_ERROR_INVALID_KERNELSPEC, "'tool'");
        scratch_remove(folder);
}
END_TEST

TEST_MAIN(command, login_shell, failures, notebook, notebook_failures);
