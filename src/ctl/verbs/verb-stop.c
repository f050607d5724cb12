/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl stop, computectl kill: ends sessions, or sends them signals. */

#include "ctl/sessions/each-session.h"
#include "ctl/verbs/verbs.h"

static int make_stop(Client *c, const char *id, sd_bus_message **ret) {
        int r;

        r = manager_message(c, "StopSession", ret);
        return r < 0 ? r : sd_bus_message_append(*ret, "s", id);
}

static int make_kill(Client *c, const char *id, sd_bus_message **ret) {
        int r;

        r = manager_message(c, "KillSession", ret);
        return r < 0 ? r
                     : sd_bus_message_append(
                               *ret, "ssi", id, c->arguments->kill_whom, (int32_t) c->arguments->signal);
}

int verb_stop(Client *c, char **operands) {
        return each_session(c, operands, make_stop, "stop", STOP_TIMEOUT_USEC);
}

int verb_kill(Client *c, char **operands) {
        return each_session(c, operands, make_kill, "send a signal to", CALL_TIMEOUT_USEC);
}
