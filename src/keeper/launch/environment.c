/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The environment that the payload gets. */

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "keeper/launch/environment.h"
#include "shared/log.h"
#include "shared/strv.h"
#include "shared/terminfo.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define DEFAULT_TERM "xterm-256color"

/* What tells the keeper about itself. The payload lives in a scope, not in the keeper's service: with these
 * it would talk to systemd in the keeper's name, take descriptors that are not there for sockets, think that
 * its stderr is the keeper's journal stream, or stop itself because a process that it never knew went
 * away. */
static const char *const own_names[] = {
        "NOTIFY_SOCKET", /* sd_notify(3): main process of the keeper's service */
        "LISTEN_FDS",    /* sd_listen_fds(3): the descriptor store */
        "LISTEN_PID",
        "LISTEN_FDNAMES",
        "FDSTORE",
        "WATCHDOG_PID", /* sd_watchdog_enabled(3) */
        "WATCHDOG_USEC",
        "MAINPID",    /* systemd.exec(5): facts about the keeper's service */
        "MANAGERPID", /* "systemd started you": it did not start the payload */
        "SYSTEMD_EXEC_PID",
        "INVOCATION_ID",  /* names the keeper's run in the journal; the scope has its own */
        "JOURNAL_STREAM", /* the payload's output is a terminal, or shared with the keeper */
        "LOG_NAMESPACE",
        "CREDENTIALS_DIRECTORY",
        "MEMORY_PRESSURE_WATCH", /* the keeper's cgroup, not the scope's */
        "MEMORY_PRESSURE_WRITE",
        "JPY_PARENT_PID", /* ipykernel ends when this process does; a session must not */
        "COMPUTE_SESSION_ID",
};

static bool is_own(const char *assignment) {
        for (size_t i = 0; i < ELEMENTSOF(own_names); i++) {
                const char *rest = startswith(assignment, own_names[i]);

                if (rest && rest[0] == '=')
                        return true;
        }
        return false;
}

/* Adds an assignment, replacing an earlier one of that name; skips what is not one. */
static int add_assignment(char ***environment, const char *assignment) {
        _cleanup_free_ char *name = NULL;
        const char *equals = strchr(assignment, '=');

        if (!equals || equals == assignment)
                return 0;
        name = strndup(assignment, (size_t) (equals - assignment));
        if (!name)
                return -ENOMEM;
        return strv_env_set(environment, name, equals + 1);
}

static int set_if_missing(char ***environment, const char *name, const char *value) {
        if (!value || !isempty(strv_env_get(*environment, name)))
                return 0;
        return strv_env_set(environment, name, value);
}

static int set_user(char ***environment, const User *user) {
        const struct {
                const char *name, *value;
        } values[] = {
                { "HOME", user->home ? user->home : "/" },
                { "USER", user->name },
                { "LOGNAME", user->name },
                { "SHELL", user->shell ? user->shell : "/bin/sh" },
                { "PATH", DEFAULT_PATH },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(values); i++) {
                r = set_if_missing(environment, values[i].name, values[i].value);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The user's runtime directory and bus, if there are any: without pam_systemd nobody has told. */
static int set_runtime(char ***environment, const User *user) {
        char directory[64], bus[96];
        struct stat st;
        int r;

        snprintf(directory, sizeof(directory), "/run/user/%" PRIu32, (uint32_t) user->uid);
        if (stat(directory, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != user->uid)
                return 0;
        r = set_if_missing(environment, "XDG_RUNTIME_DIR", directory);
        if (r < 0)
                return r;

        snprintf(bus, sizeof(bus), "%s/bus", directory);
        if (stat(bus, &st) < 0 || !S_ISSOCK(st.st_mode) || st.st_uid != user->uid)
                return 0;
        snprintf(bus, sizeof(bus), "unix:path=%s/bus", directory);
        return set_if_missing(environment, "DBUS_SESSION_BUS_ADDRESS", bus);
}

/* A TERM without a description leaves programs without colours, or without a start. */
static int choose_term(char ***environment) {
        const char *term = strv_env_get(*environment, "TERM"), *used = terminfo_choose(term, *environment);

        if (!term || streq(term, used))
                return 0;
        log_notice("This machine does not know the terminal %s; TERM is %s.", term, used);
        return strv_env_set(environment, "TERM", used);
}

int environment_make(char *const *inherited, char *const *added, const User *user, SessionType type,
        const char *id, char ***ret) {
        _cleanup_strv_ char **environment = NULL;
        int r;

        STRV_FOREACH(s, inherited) {
                if (is_own(*s))
                        continue;
                r = add_assignment(&environment, *s);
                if (r < 0)
                        return r;
        }
        /* The inherited TERM is that of whatever started systemd; the terminal is ours. */
        if (type == SESSION_TERMINAL) {
                r = strv_env_set(&environment, "TERM", DEFAULT_TERM);
                if (r < 0)
                        return r;
        }
        STRV_FOREACH(s, added) {
                r = add_assignment(&environment, *s);
                if (r < 0)
                        return r;
        }
        r = set_user(&environment, user);
        if (r < 0)
                return r;
        r = set_runtime(&environment, user);
        if (r < 0)
                return r;
        r = type == SESSION_TERMINAL ? choose_term(&environment) : 0;
        if (r < 0)
                return r;
        r = strv_env_set(&environment, "COMPUTE_SESSION_ID", id);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(environment);
        return 0;
}
