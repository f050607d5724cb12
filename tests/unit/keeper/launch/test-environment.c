/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The payload's environment: nothing of the keeper's own, everything that a program of a user expects. */

#include "keeper/launch/environment.h"
#include "shared/strv.h"
#include "tests/unit/test-main.h"

/* A uid that has no runtime directory here. */
static const User somebody = {
        .uid = 60999,
        .name = (char *) "somebody",
        .home = (char *) "/home/somebody",
        .shell = (char *) "/bin/bash",
};

static char **make(const char *const *inherited, const char *const *added, SessionType type) {
        char **environment = NULL;

        ck_assert_int_eq(environment_make((char *const *) inherited, (char *const *) added, &somebody, type,
                                 "t1", &environment),
                0);
        return environment;
}

TEST(defaults) {
        static const char *const nothing[] = { NULL };
        _cleanup_strv_ char **e = make(nothing, nothing, SESSION_TERMINAL);

        ck_assert_str_eq(strv_env_get(e, "HOME"), "/home/somebody");
        ck_assert_str_eq(strv_env_get(e, "USER"), "somebody");
        ck_assert_str_eq(strv_env_get(e, "LOGNAME"), "somebody");
        ck_assert_str_eq(strv_env_get(e, "SHELL"), "/bin/bash");
        ck_assert_ptr_nonnull(strstr(strv_env_get(e, "PATH"), "/usr/bin"));
        ck_assert_str_eq(strv_env_get(e, "TERM"), "xterm-256color");
        ck_assert_str_eq(strv_env_get(e, "COMPUTE_SESSION_ID"), "t1");
        ck_assert_ptr_null(strv_env_get(e, "XDG_RUNTIME_DIR"));
}
END_TEST

TEST(unknown_user) {
        static const User nobody = { .uid = 60998 };
        _cleanup_strv_ char **e = NULL;

        ck_assert_int_eq(environment_make(NULL, NULL, &nobody, SESSION_NOTEBOOK, "n1", &e), 0);
        ck_assert_str_eq(strv_env_get(e, "HOME"), "/");
        ck_assert_str_eq(strv_env_get(e, "SHELL"), "/bin/sh");
        ck_assert_ptr_null(strv_env_get(e, "USER"));
}
END_TEST

TEST(own_variables_stay_behind) {
        static const char *const inherited[] = { "NOTIFY_SOCKET=/run/systemd/notify", "LISTEN_FDS=3",
                "LISTEN_PID=1", "LISTEN_FDNAMES=a:b", "INVOCATION_ID=1", "JOURNAL_STREAM=8:1",
                "MANAGERPID=2", "SYSTEMD_EXEC_PID=3", "WATCHDOG_USEC=1", "WATCHDOG_PID=1",
                "JPY_PARENT_PID=4", "COMPUTE_SESSION_ID=n9", "LANG=C.UTF-8", "LISTEN_FDSX=kept",
                "no assignment", "=", NULL };
        _cleanup_strv_ char **e = make(inherited, NULL, SESSION_NOTEBOOK);

        ck_assert_ptr_null(strv_env_get(e, "NOTIFY_SOCKET"));
        ck_assert_ptr_null(strv_env_get(e, "LISTEN_FDS"));
        ck_assert_ptr_null(strv_env_get(e, "LISTEN_PID"));
        ck_assert_ptr_null(strv_env_get(e, "LISTEN_FDNAMES"));
        ck_assert_ptr_null(strv_env_get(e, "INVOCATION_ID"));
        ck_assert_ptr_null(strv_env_get(e, "JOURNAL_STREAM"));
        ck_assert_ptr_null(strv_env_get(e, "MANAGERPID"));
        ck_assert_ptr_null(strv_env_get(e, "SYSTEMD_EXEC_PID"));
        ck_assert_ptr_null(strv_env_get(e, "WATCHDOG_USEC"));
        ck_assert_ptr_null(strv_env_get(e, "JPY_PARENT_PID"));
        ck_assert_str_eq(strv_env_get(e, "LANG"), "C.UTF-8");
        ck_assert_str_eq(strv_env_get(e, "LISTEN_FDSX"), "kept");
        ck_assert_str_eq(strv_env_get(e, "COMPUTE_SESSION_ID"), "t1");
        STRV_FOREACH(s, e)
                ck_assert_ptr_nonnull(strchr(*s, '='));
}
END_TEST

TEST(request_wins) {
        static const char *const inherited[] = { "HOME=/a", "TERM=linux", "PATH=", "X=1", "X=2", NULL };
        static const char *const added[] = { "HOME=/b", "TERM=vt100", "X=3=4", "COMPUTE_SESSION_ID=x",
                NULL };
        _cleanup_strv_ char **e = make(inherited, added, SESSION_TERMINAL);
        _cleanup_strv_ char **without = make(inherited, NULL, SESSION_TERMINAL);
        _cleanup_strv_ char **notebook = make(inherited, NULL, SESSION_NOTEBOOK);
        size_t n = 0;

        ck_assert_str_eq(strv_env_get(e, "HOME"), "/b");
        ck_assert_str_eq(strv_env_get(e, "TERM"), "vt100");
        ck_assert_str_eq(strv_env_get(e, "X"), "3=4");
        ck_assert_str_eq(strv_env_get(e, "COMPUTE_SESSION_ID"), "t1");
        ck_assert_ptr_nonnull(strstr(strv_env_get(e, "PATH"), "/usr/bin"));
        STRV_FOREACH(s, e)
                n += startswith(*s, "X=") != NULL;
        ck_assert_uint_eq(n, 1);
        /* The terminal is ours, not the one that systemd was started on; a kernel has none. */
        ck_assert_str_eq(strv_env_get(without, "TERM"), "xterm-256color");
        ck_assert_str_eq(strv_env_get(notebook, "TERM"), "linux");
}
END_TEST

TEST_MAIN(defaults, unknown_user, own_variables_stay_behind, request_wins);
