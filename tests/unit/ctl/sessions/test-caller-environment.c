/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a session gets of its starter's environment. */

#include "ctl/sessions/caller-environment.h"
#include "shared/strv.h"
#include "tests/unit/test-main.h"

TEST(what_makes_programs_work_is_taken) {
        static const char *const taken[] = { "PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV",
                "JUPYTER_PATH", "LANG", "LC_ALL", "LC_TIME", "TERM", "COLORTERM", "HOME", "SHELL", "EDITOR",
                "LD_LIBRARY_PATH", "MODULEPATH", "PS1", "http_proxy", "SSH_AUTH_SOCK", "DISPLAY",
                "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_DATA_DIRS", "BASH_FUNC_module%%", "JPYTHON",
                "LINESX" };

        for (size_t i = 0; i < ELEMENTSOF(taken); i++)
                ck_assert_msg(!caller_variable_is_bound(taken[i]), "%s", taken[i]);
}

TEST(what_is_bound_stays) {
        static const char *const stays[] = { "XDG_SESSION_ID", "XDG_SESSION_TYPE=tty", "XDG_RUNTIME_DIR",
                "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID=1", "INVOCATION_ID", "JOURNAL_STREAM",
                "WATCHDOG_USEC", "MAINPID", "MANAGERPIDFDID", "JPY_PARENT_PID", "JPY_SESSION_NAME=a.ipynb",
                "LINES", "COLUMNS=80", "TMUX", "STY", "_", "_=/usr/bin/env", "PWD", "OLDPWD", "SHLVL",
                "MAKEFLAGS", "GPG_TTY", "COMPUTE_SESSION_ID=t1", "DBUS_SESSION_BUS_ADDRESS" };

        for (size_t i = 0; i < ELEMENTSOF(stays); i++)
                ck_assert_msg(caller_variable_is_bound(stays[i]), "%s", stays[i]);
}

TEST(copy) {
        static const char *const here[] = { "PATH=/venv/bin:/usr/bin", "TMUX=/tmp/x,1,0",
                "EMPTY=", "LINE=a\nb", "A B=c", "LATIN=\xe4", "BASH_FUNC_module%%=() {  eval x\n}", NULL };
        _cleanup_strv_ char **taken = NULL;
        size_t refused = 42;

        ck_assert_int_eq(caller_environment((char *const *) here, &taken, &refused), 0);
        ck_assert_uint_eq(refused, 2);
        ck_assert_uint_eq(strv_length(taken), 4);
        ck_assert_str_eq(strv_env_get(taken, "PATH"), "/venv/bin:/usr/bin");
        ck_assert_str_eq(strv_env_get(taken, "EMPTY"), "");
        ck_assert_str_eq(strv_env_get(taken, "LINE"), "a\nb");
        ck_assert_str_eq(strv_env_get(taken, "BASH_FUNC_module%%"), "() {  eval x\n}");
}

TEST(nothing_of_nothing) {
        static const char *const here[] = { "_=/usr/bin/env", NULL };
        _cleanup_strv_ char **taken = NULL;
        size_t refused = 42;

        ck_assert_int_eq(caller_environment((char *const *) here, &taken, &refused), 0);
        ck_assert_uint_eq(refused, 0);
        ck_assert_ptr_null(taken);
}

TEST_MAIN(what_makes_programs_work_is_taken, what_is_bound_stays, copy, nothing_of_nothing);
