/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where Jupyter keeps its files, by environment. */

#include "jupyter/jupyter-paths.h"
#include "shared/strv.h"
#include "tests/unit/test-main.h"

/* The folders, joined with spaces. */
static char *directories(const char *const *environment) {
        _cleanup_strv_ char **found = NULL;
        char *all = strdup("");

        ck_assert_int_eq(jupyter_kernel_directories((char *const *) environment, &found), 0);
        STRV_FOREACH(s, found) {
                char *longer = NULL;

                ck_assert_int_gt(asprintf(&longer, "%s%s%s", all, *all ? " " : "", *s), 0);
                free(all);
                all = longer;
        }
        return all;
}

#define SYSTEM "/usr/local/share/jupyter/kernels /usr/share/jupyter/kernels"

static const struct {
        const char *environment[6];
        const char *directories;
        const char *runtime;
} cases[] = {
        {
                { "HOME=/h" },
                "/h/.local/share/jupyter/kernels " SYSTEM,
                "/h/.local/share/jupyter/runtime",
        },
        {
                { "HOME=/h", "XDG_DATA_HOME=/x/", "JUPYTER_RUNTIME_DIR=/r" },
                "/x/jupyter/kernels /h/.local/share/jupyter/kernels " SYSTEM,
                "/r",
        },
        {
                { "HOME=/h", "XDG_DATA_HOME=/x", "JUPYTER_DATA_DIR=/d", "PYTHONUSERBASE=/b" },
                "/d/kernels /b/share/jupyter/kernels " SYSTEM,
                "/d/runtime",
        },
        {
                { "HOME=/h", "JUPYTER_PATH=/p:relative::/q/", "VIRTUAL_ENV=/v", "CONDA_PREFIX=/c" },
                "/p/kernels /q/kernels /h/.local/share/jupyter/kernels /v/share/jupyter/kernels " SYSTEM,
                "/h/.local/share/jupyter/runtime",
        },
        {
                { "HOME=/h", "CONDA_PREFIX=/c", "JUPYTER_PREFER_ENV_PATH=1",
                        "JUPYTER_RUNTIME_DIR=relative" },
                "/c/share/jupyter/kernels /h/.local/share/jupyter/kernels " SYSTEM,
                "/h/.local/share/jupyter/runtime",
        },
        {
                { "HOME=/h", "CONDA_PREFIX=/usr", "JUPYTER_PREFER_ENV_PATH=No" },
                "/h/.local/share/jupyter/kernels /usr/share/jupyter/kernels /usr/local/share/jupyter/kernels",
                "/h/.local/share/jupyter/runtime",
        },
};

TEST(paths) {
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_free_ char *all = directories(cases[i].environment), *runtime = NULL;

                ck_assert_str_eq(all, cases[i].directories);
                ck_assert_int_eq(
                        jupyter_runtime_directory((char *const *) cases[i].environment, &runtime), 0);
                ck_assert_str_eq(runtime, cases[i].runtime);
        }
}
END_TEST

TEST_MAIN(paths);
