/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl console: becomes a Jupyter console on a notebook's kernel. */

#include <unistd.h>

#include "ctl/bus/properties.h"
#include "ctl/sessions/login.h"
#include "ctl/sessions/resolve.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"

#define CONSOLE "jupyter-console" /* what "jupyter console" runs */

/* As the shells have it. */
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND  127

static int fetch(Client *c, const char *id, const char *path, SessionProperties *p) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        int r;

        r = properties_message(c, path, SESSION_INTERFACE, &m);
        if (r >= 0)
                r = sd_bus_call(c->bus, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = session_properties_read(p, reply);
        return r < 0 ? client_report(c, r, &error, "learn about %s", id) : 0;
}

static int check(const SessionProperties *p, const char *id) {
        if (!streq_null(p->type, "notebook")) {
                log_error("%s is not a notebook. For terminals there is 'computectl attach %s'.", id, id);
                return -EINVAL;
        }
        if (isempty(p->connection_file)) {
                log_error(
                        "The connection file of %s is not known: it is told to its owner only, and not known of "
                        "every kernel that another program started.",
                        id);
                return -ENOENT;
        }
        return 0;
}

/* A frozen kernel does not answer, and a console would only wait. */
static int thaw(Client *c, const char *id, const char *path, const SessionProperties *p) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;

        if (isempty(p->freezer_state) || streq(p->freezer_state, "running"))
                return 0;
        r = object_message(c, path, SESSION_INTERFACE, "Thaw", &m);
        if (r >= 0)
                r = client_call(c, m, CALL_TIMEOUT_USEC, &error, NULL);
        return r < 0 ? client_report(c, r, &error, "thaw %s", id) : 0;
}

int verb_console(Client *c, char **operands) {
        _cleanup_session_properties_ SessionProperties p = SESSION_PROPERTIES_NULL;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        int r;

        if (c->arguments->host) {
                log_error(
                        "A kernel of another machine has no console here. Try 'ssh -t %s computectl console ...'.",
                        c->arguments->host);
                return -EOPNOTSUPP;
        }
        r = session_open(c, operands[0], id, path);
        if (r < 0)
                return r;
        r = fetch(c, id, path, &p);
        if (r < 0)
                return r;
        r = check(&p, id);
        if (r < 0)
                return r;
        r = thaw(c, id, path, &p);
        if (r < 0)
                return r;
        client_done(c);
        login_renew(c->arguments, id);

        (void) execlp(CONSOLE, CONSOLE, "--existing", p.connection_file, (char *) NULL);
        if (errno != ENOENT) {
                log_error_errno(errno, "Failed to run %s: %m", CONSOLE);
                return EXIT_CANNOT_RUN;
        }
        log_error("The Jupyter console is not installed: there is no program '%s'. Install the package "
                  "jupyter-console, or 'pip install jupyter-console'.",
                CONSOLE);
        return EXIT_NOT_FOUND;
}
