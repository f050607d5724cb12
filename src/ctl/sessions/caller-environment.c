/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The environment of whoever starts a session, as far as the session can have it. */

#include "ctl/sessions/caller-environment.h"
#include "shared/strv.h"
#include "shared/text.h"

/* A name that ends with '*' stands for all that begin so. */
static const char *const bound[] = {
        /* To the login. What of it a session can have anew at each attach, the keeper and attach see to. */
        "XDG_SESSION_*",
        "XDG_SEAT",
        "XDG_SEAT_PATH",
        "XDG_VTNR",
        "XDG_RUNTIME_DIR",          /* the keeper knows it; that of another user's shell (su) is wrong */
        "DBUS_SESSION_BUS_ADDRESS", /* the same; of dbus-run-session it ends before the session */
        "DBUS_STARTER_*",
        "DESKTOP_STARTUP_ID",
        "XDG_ACTIVATION_TOKEN",
        "SESSION_MANAGER",
        "SSH_AGENT_PID",
        "SSH_CLIENT",
        "SSH_TTY",
        "SSH_ORIGINAL_COMMAND",
        "GPG_AGENT_INFO",
        /* To the unit: systemd.exec(5), sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3). */
        "NOTIFY_SOCKET",
        "LISTEN_*",
        "FDSTORE",
        "WATCHDOG_*",
        "MAINPID",
        "MANAGERPID*",
        "SYSTEMD_EXEC_PID",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "LOG_NAMESPACE",
        "CREDENTIALS_DIRECTORY",
        "RUNTIME_DIRECTORY",
        "STATE_DIRECTORY",
        "CACHE_DIRECTORY",
        "LOGS_DIRECTORY",
        "CONFIGURATION_DIRECTORY",
        "MEMORY_PRESSURE_*",
        "SERVICE_RESULT",
        "EXIT_CODE",
        "EXIT_STATUS",
        "PIDFILE",
        "REMOTE_ADDR",
        "REMOTE_PORT",
        "TRIGGER_*",
        "MONITOR_*",
        /* To the terminal, the window that it is in, or the shell that reads from it. */
        "LINES",
        "COLUMNS",
        "TERMCAP",
        "GPG_TTY",
        "WINDOW",
        "WINDOWID",
        "WINDOWPATH",
        "TERM_PROGRAM",
        "TERM_PROGRAM_VERSION",
        "TERM_SESSION_ID",
        "LC_TERMINAL",
        "LC_TERMINAL_VERSION",
        "VTE_VERSION",
        "TMUX",
        "TMUX_PANE",
        "TMUX_TMPDIR",
        "STY",
        "ZELLIJ*",
        "KONSOLE_*",
        "GNOME_TERMINAL_*",
        "GHOSTTY_*",
        "KITTY_*",
        "ALACRITTY_*",
        "WEZTERM_*",
        "WT_SESSION",
        "WT_PROFILE_ID",
        "ITERM_*",
        "TILIX_ID",
        "INSIDE_EMACS",
        "VSCODE_IPC_*",
        "VSCODE_GIT_*",
        "_",
        "PWD",
        "OLDPWD",
        "SHLVL",
        /* To descriptors: make's jobserver, bash's trace. */
        "MAKEFLAGS",
        "MFLAGS",
        "BASH_XTRACEFD",
        /* To a kernel, or to the server that started it. */
        "JPY_*",
        /* To a session. */
        "COMPUTE_SESSION_ID",
};

bool caller_variable_is_bound(const char *name) {
        size_t length = strcspn(name, "=");

        for (size_t i = 0; i < ELEMENTSOF(bound); i++) {
                size_t n = strlen(bound[i]);

                if (bound[i][n - 1] == '*' ? length >= n - 1 && strncmp(name, bound[i], n - 1) == 0
                                           : length == n && strncmp(name, bound[i], n) == 0)
                        return true;
        }
        return false;
}

int caller_environment(char *const *environment, char ***ret, size_t *ret_refused) {
        _cleanup_strv_ char **taken = NULL;
        size_t refused = 0;
        int r;

        STRV_FOREACH(s, environment) {
                if (caller_variable_is_bound(*s))
                        continue;
                if (!env_assignment_is_valid(*s)) {
                        refused++;
                        continue;
                }
                r = strv_extend(&taken, *s);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(taken);
        *ret_refused = refused;
        return 0;
}
