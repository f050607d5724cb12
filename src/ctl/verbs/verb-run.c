/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl run: makes this process a session, then becomes the program. It stays its caller's child, with
 * the same PID, so it can stand in front of a kernelspec's argv. */

#include <stdio.h>
#include <unistd.h>

#include "ctl/notebook/kernel-command.h"
#include "ctl/notebook/server-notebook.h"
#include "ctl/options/limit-arguments.h"
#include "ctl/sessions/environment.h"
#include "ctl/sessions/resolve.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/text.h"

/* As env(1) and the shells have it. */
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND  127

/* What the session is registered with. */
typedef struct Registration {
        const char *type;
        char *name, *notebook, *connection_file;
} Registration;

static void registration_done(Registration *g) {
        free(g->name);
        free(g->notebook);
        free(g->connection_file);
}

static int describe_notebook(Registration *g, const Arguments *a, char **command) {
        _cleanup_free_ char *shown = NULL, *said = NULL, *folder = NULL;
        const char *session = getenv("JPY_SESSION_NAME"), *notebook = a->notebook;
        const char *file = kernel_connection_file(command);
        int r;

        if (!a->notebook && !isempty(session)) {
                folder = get_current_dir_name();
                r = server_notebook(session, folder ? folder : "/", &said, &g->name);
                if (r < 0)
                        return log_oom();
                notebook = said;
        }
        if (!isempty(notebook)) {
                r = path_make_absolute(notebook, &g->notebook);
                if (r < 0 && a->notebook) {
                        shown = text_sanitize(notebook, 1024);
                        return log_error_errno(r, "Failed to find the notebook %s: %m", strempty(shown));
                }
        }
        /* One that cannot be found is not told: the kernel will say so better. */
        if (file)
                (void) path_make_absolute(file, &g->connection_file);
        return 0;
}

static int describe(Registration *g, const Arguments *a, char **command) {
        char *name;
        int r;

        g->type = a->type ? a->type : "terminal";
        if (streq(g->type, "notebook")) {
                r = describe_notebook(g, a, command);
                if (r < 0)
                        return r;
        } else if (a->notebook) {
                log_error("--notebook= is for sessions of --type=notebook only.");
                return -EINVAL;
        }
        name = a->name
                ? strdup(a->name)
                : text_sanitize(g->name ? g->name : path_file_name(g->notebook ? g->notebook : command[0]),
                          SESSION_NAME_MAX);
        if (!name)
                return log_oom();
        free(g->name);
        g->name = name;
        return 0;
}

static int append_arguments(sd_bus_message *m, const Registration *g, const Arguments *a, char **command) {
        int r;

        r = sd_bus_message_append(m, "ss", g->type, g->name);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = append_strv_option(m, "Command", command);
        if (r >= 0 && streq(g->type, "notebook"))
                r = append_string_option(m, "KernelName", a->kernel);
        if (r >= 0)
                r = append_switch_option(m, "RecordOutputs", a->record_outputs);
        if (r >= 0)
                r = append_string_option(m, "Notebook", g->notebook);
        if (r >= 0)
                r = append_limit_options(m, a->properties);
        if (r >= 0)
                r = append_string_option(m, "ConnectionFile", g->connection_file);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r;
}

static int register_session(Client *c, char **command) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL;
        _cleanup_(registration_done) Registration g = {};
        int r;

        r = describe(&g, c->arguments, command);
        if (r < 0)
                return r;
        r = client_connect(c);
        if (r < 0)
                return r;
        r = manager_message(c, "RegisterSession", &m);
        if (r >= 0)
                r = append_arguments(m, &g, c->arguments, command);
        if (r >= 0)
                r = sd_bus_call(c->bus, m, START_TIMEOUT_USEC, &error, NULL);
        /* A Jupyter server in a terminal's session: its kernels are counted there, and run all the same. */
        if (r < 0 && streq(g.type, "notebook") && sd_bus_error_has_name(&error, ERROR_ALREADY_IN_SESSION)) {
                _cleanup_free_ char *message = text_sanitize(strempty(error.message), MESSAGE_TEXT_MAX);

                log_warning("The kernel is no session of its own, but runs as a part of one: %s",
                        strempty(message));
                return 0;
        }
        if (r < 0)
                return client_report(c, r, &error, "register the session");
        return 0;
}

static int prepare_process(const Arguments *a) {
        if (a->host) {
                log_error(
                        "A session of another machine cannot be run from here; see 'computectl -H HOST terminal'.");
                return -EOPNOTSUPP;
        }
        if (a->working_directory && chdir(a->working_directory) < 0)
                return log_error_errno(errno, "Failed to change to the working directory: %m");
        for (char **s = a->environment; s && *s; s++)
                if (putenv(*s) != 0)
                        return log_oom();
        return 0;
}

int verb_run(Client *c, char **operands) {
        _cleanup_free_ char *shown = text_sanitize(operands[0], 256);
        int r;

        r = limit_assignments_check(c->arguments->properties);
        if (r < 0)
                return r;
        r = prepare_process(c->arguments);
        if (r < 0)
                return r;
        r = register_session(c, operands);
        if (r < 0)
                return r;
        client_done(c);

        (void) execvp(operands[0], operands);
        r = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
        log_error_errno(errno, "Failed to run %s: %m", strempty(shown));
        return r;
}
