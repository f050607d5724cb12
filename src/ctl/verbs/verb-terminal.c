/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl terminal: starts a program on a new terminal, and attaches to it. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/attach/attach.h"
#include "ctl/options/limit-arguments.h"
#include "ctl/sessions/environment.h"
#include "ctl/text/json.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/strv.h"

/* Login shells set the variables of a login, PATH among them, which would undo those that are taken over
 * from here. NULL: the service starts the user's login shell. */
static char *shell_of_caller(const Arguments *a) {
        char *shell = getenv("SHELL");

        return environment_is_callers(a) && shell && shell[0] == '/' && access(shell, X_OK) >= 0 ? shell
                                                                                                 : NULL;
}

static int append_options(sd_bus_message *m, const Arguments *a, char **command) {
        _cleanup_strv_ char **environment = NULL;
        _cleanup_free_ char *directory = NULL;
        char *own_shell[] = { shell_of_caller(a), NULL };
        uint32_t rows, columns;
        int r;

        r = working_directory_option(a, ".", &directory);
        if (r < 0)
                return r;
        r = environment_for_session(a, SESSION_TERMINAL, &environment);
        if (r < 0)
                return r;
        environment_tell_term(a, environment);
        r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = append_string_option(m, "Name", a->name);
        if (r >= 0)
                r = append_strv_option(m, "Command", command[0] ? command : own_shell);
        if (r >= 0)
                r = append_string_option(m, "WorkingDirectory", directory);
        if (r >= 0)
                r = append_strv_option(m, "Environment", environment);
        if (r >= 0)
                r = append_string_option(m, "OnDetach", a->on_detach);
        if (r >= 0)
                r = append_limit_options(m, a->properties);
        if (r >= 0 &&
                (tty_size(STDOUT_FILENO, &rows, &columns) || tty_size(STDIN_FILENO, &rows, &columns))) {
                r = append_number_option(m, "Rows", rows);
                if (r >= 0)
                        r = append_number_option(m, "Columns", columns);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? log_error_errno(r, "Failed to describe the terminal: %m") : 0;
}

static int start(Client *c, char **command, char ret[SESSION_ID_MAX]) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const char *id = NULL;
        int r;

        r = manager_message(c, "StartTerminal", &m);
        if (r < 0)
                return client_report(c, r, NULL, "start the terminal");
        r = append_options(m, c->arguments, command);
        if (r < 0)
                return r;
        r = sd_bus_call(c->bus, m, START_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "so", &id, NULL);
        if (r >= 0 && !session_id_is_valid(id))
                r = -EBADMSG;
        if (r < 0)
                return client_report(c, r, &error, "start the terminal");
        snprintf(ret, SESSION_ID_MAX, "%s", id);
        return 0;
}

static void tell_started(const Arguments *a, const char *id) {
        Json json = { .stream = stdout, .pretty = a->json == JSON_PRETTY };

        if (a->json == JSON_OFF) {
                puts(id);
                return;
        }
        json_begin_object(&json, NULL);
        json_string(&json, "id", id);
        json_end_object(&json);
}

int verb_terminal(Client *c, char **operands) {
        bool attach = !c->arguments->detach && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
        _cleanup_attach_ Attach a = ATTACH_NULL;
        char id[SESSION_ID_MAX];
        int r;

        r = limit_assignments_check(c->arguments->properties);
        if (r < 0)
                return r;
        r = attach ? attach_begin(&a, c) : client_connect(c);
        if (r < 0)
                return r;
        r = start(c, operands, id);
        if (r < 0)
                return r;
        if (attach)
                return attach_run(&a, id, /* just_started= */ true);
        tell_started(c->arguments, id);
        return 0;
}
