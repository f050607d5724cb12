/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The connection file in the command lines of kernels. */

#include "ctl/notebook/kernel-command.h"
#include "tests/unit/test-main.h"

static const char *find(const char *const *command) {
        return kernel_connection_file((char *const *) command);
}

TEST(connection_files) {
        const char *const python[] = { "python3", "-m", "ipykernel_launcher", "-f", "/run/k.json", NULL };
        const char *const julia[] = { "julia", "-i", "kernel.jl", "/run/k.json", NULL };
        const char *const xeus[] = { "xcpp", "--connection-file=/run/k.json", "-std=c++17", NULL };
        const char *const rust[] = { "evcxr", "--config", "/etc/a.json", "--connection-file", "/run/k.json",
                NULL };

        ck_assert_str_eq(find(python), "/run/k.json");
        ck_assert_str_eq(find(julia), "/run/k.json");
        ck_assert_str_eq(find(xeus), "/run/k.json");
        ck_assert_str_eq(find(rust), "/run/k.json");
}

TEST(no_connection_file) {
        const char *const none[] = { "bash", "-l", NULL };
        const char *const program[] = { "/opt/a.json", NULL };
        const char *const other[] = { "tar", "-f", "x.tar", NULL };
        const char *const end[] = { "tar", "-f", NULL };
        const char *const bare[] = { "x", ".json", NULL };
        const char *const empty[] = { NULL };

        ck_assert_ptr_null(find(none));
        ck_assert_ptr_null(find(program));
        ck_assert_ptr_null(find(other));
        ck_assert_ptr_null(find(end));
        ck_assert_ptr_null(find(bare));
        ck_assert_ptr_null(find(empty));
        ck_assert_ptr_null(kernel_connection_file(NULL));
}

TEST_MAIN(connection_files, no_connection_file);
