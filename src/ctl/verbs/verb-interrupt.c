/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl interrupt, computectl restart: what Jupyter's buttons of these names do. */

#include "ctl/sessions/resolve.h"
#include "ctl/verbs/verbs.h"
#include "shared/names.h"

static int call_session(Client *c, const char *word, const char *member, const char *what, usec_t timeout) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL;
        char id[SESSION_ID_MAX], path[BUS_PATH_SIZE];
        int r;

        r = session_open(c, word, id, path);
        if (r < 0)
                return r;
        r = object_message(c, path, SESSION_INTERFACE, member, &m);
        if (r >= 0)
                r = client_call(c, m, timeout, &error, NULL);
        return r < 0 ? client_report(c, r, &error, "%s %s", what, id) : 0;
}

int verb_interrupt(Client *c, char **operands) {
        return call_session(c, operands[0], "Interrupt", "interrupt", CALL_TIMEOUT_USEC);
}

/* The end of the old kernel and the start of the new one. */
int verb_restart(Client *c, char **operands) {
        return call_session(c, operands[0], "Restart", "restart", STOP_TIMEOUT_USEC + START_TIMEOUT_USEC);
}
