/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The templates of kernelspecs. */

#include <unistd.h>

#include "keeper/launch/kernel-command.h"
#include "shared/strv.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

static char **arguments_of(const char *const *arguments, const char *const *environment) {
        const KernelSpec k = { .directory = (char *) "/k", .arguments = (char **) arguments };
        char **result = NULL;

        ck_assert_int_eq(kernel_arguments(&k, NULL, "/c.json", (char *const *) environment, &result), 0);
        return result;
}

TEST(templates) {
        static const char *const arguments[] = { "kernel", "{connection_file}",
                "-f={connection_file},{resource_dir}", "{prefix}/lib", "{unknown}", "{", "{connection_file",
                "{{prefix}}", "", NULL };
        static const char *const environment[] = { "VIRTUAL_ENV=/venv", NULL };
        _cleanup_strv_ char **a = arguments_of(arguments, environment);

        ck_assert_uint_eq(strv_length(a), 9);
        ck_assert_str_eq(a[0], "kernel");
        ck_assert_str_eq(a[1], "/c.json");
        ck_assert_str_eq(a[2], "-f=/c.json,/k");
        ck_assert_str_eq(a[3], "/venv/lib");
        ck_assert_str_eq(a[4], "{unknown}");
        ck_assert_str_eq(a[5], "{");
        ck_assert_str_eq(a[6], "{connection_file");
        ck_assert_str_eq(a[7], "{/venv}");
        ck_assert_str_eq(a[8], "");
}
END_TEST

TEST(given_arguments) {
        const KernelSpec k = { .directory = (char *) "/k" };
        char *const given[] = { (char *) "x", (char *) "{connection_file}", NULL };
        char *const environment[] = { NULL };
        _cleanup_strv_ char **a = NULL;

        ck_assert_int_eq(kernel_arguments(&k, given, "/c.json", environment, &a), 0);
        ck_assert_uint_eq(strv_length(a), 2);
        ck_assert_str_eq(a[1], "/c.json");
}
END_TEST

static void check_interpreter(const char *name, const char *const *environment, const char *expected) {
        const char *const arguments[] = { name, name, NULL };
        _cleanup_strv_ char **a = arguments_of(arguments, environment);

        ck_assert_str_eq(a[0], expected);
        ck_assert_str_eq(a[1], name); /* only the first is a program */
}

TEST(interpreter) {
        char *folder = scratch_make();
        _cleanup_free_ char *python = scratch_file(folder, "bin/python", "", 0755), *variable = NULL;
        const char *active[] = { NULL, NULL };
        static const char *const gone[] = { "VIRTUAL_ENV=/nonexistent", NULL }, *const none[] = { NULL };

        ck_assert_int_gt(asprintf(&variable, "CONDA_PREFIX=%s", folder), 0);
        active[0] = variable;
        check_interpreter("python", active, python);
        check_interpreter("python3", active, python);
        check_interpreter("python3.11", active, python);
        check_interpreter("python2", active, "python2");
        check_interpreter("python3.", active, "python3.");
        check_interpreter("python3x", active, "python3x");
        check_interpreter("/usr/bin/python3", active, "/usr/bin/python3");
        check_interpreter("python3", gone, "python3");
        check_interpreter("python3", none, "python3");
        scratch_remove(folder);
}
END_TEST

TEST(variables) {
        static const struct {
                const char *template, *expected;
        } cases[] = {
                { "plain", "plain" },
                { "$A", "one" },
                { "${A}", "one" },
                { "x${A}y$B", "xoney" },
                { "$A_", "$A_" },
                { "${A", "${A" },
                { "${}", "${}" },
                { "$", "$" },
                { "$$A", "$A" },
                { "$$$A", "$one" },
                { "$1", "$1" },
                { "${UNKNOWN} $UNKNOWN", "${UNKNOWN} $UNKNOWN" },
                { "${FIRST}", "${FIRST}" }, /* a variable of the kernelspec itself */
                { "$PATH:/more", "/bin:/more" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *assignment = NULL;
                _cleanup_strv_ char **environment = NULL;
                char *of_kernel[] = { (char *) "FIRST=1", NULL, NULL };
                const KernelSpec k = { .environment = of_kernel, .language = (char *) "R" };

                ck_assert_int_eq(strv_env_set(&environment, "A", "one"), 0);
                ck_assert_int_eq(strv_env_set(&environment, "B", ""), 0);
                ck_assert_int_eq(strv_env_set(&environment, "PATH", "/bin"), 0);
                ck_assert_int_gt(asprintf(&assignment, "X=%s", cases[i].template), 0);
                of_kernel[1] = assignment;
                ck_assert_int_eq(kernel_environment(&k, &environment), 0);
                ck_assert_str_eq(strv_env_get(environment, "X"), cases[i].expected);
                ck_assert_str_eq(strv_env_get(environment, "FIRST"), "1");
        }
}
END_TEST

TEST(python_executable) {
        const KernelSpec python = { .language = (char *) "Python" }, other = { .language = (char *) "R" };
        _cleanup_strv_ char **environment = NULL;

        ck_assert_int_eq(strv_env_set(&environment, "PYTHONEXECUTABLE", "/x"), 0);
        ck_assert_int_eq(kernel_environment(&other, &environment), 0);
        ck_assert_ptr_nonnull(strv_env_get(environment, "PYTHONEXECUTABLE"));
        ck_assert_int_eq(kernel_environment(&python, &environment), 0);
        ck_assert_ptr_null(strv_env_get(environment, "PYTHONEXECUTABLE"));
}
END_TEST

TEST_MAIN(templates, given_arguments, interpreter, variables, python_executable);
