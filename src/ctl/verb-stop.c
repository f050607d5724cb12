/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl stop, computectl kill: ends sessions, or sends them signals. */

#include <stdio.h>

#include "ctl/resolve.h"
#include "ctl/verbs.h"
#include "shared/log.h"
#include "shared/strv.h"

/* One request for each session, all at once: a session that ends slowly does not delay the others. */
static int for_each_session(Client *c, char **words, const char *member, const char *what, usec_t timeout) {
        size_t n = strv_length(words);
        _cleanup_free_ Call *calls = calloc(n, sizeof(Call));
        _cleanup_free_ char(*ids)[SESSION_ID_MAX] = calloc(n, SESSION_ID_MAX);
        int result = 0, r;

        if (!calls || !ids)
                return log_oom();
        /* First understand all of them: a typing error must not leave half of the work done. */
        for (size_t i = 0; i < n; i++) {
                r = session_resolve(c, words[i], ids[i]);
                if (r < 0)
                        return r;
        }
        r = client_connect(c);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                _cleanup_message_ sd_bus_message *m = NULL;

                calls[i] = (Call) CALL_NULL;
                r = manager_message(c, member, &m);
                if (r >= 0)
                        r = sd_bus_message_append(m, "s", ids[i]);
                if (r >= 0 && streq(member, "KillSession"))
                        r = sd_bus_message_append(
                                m, "si", c->arguments->kill_whom, (int32_t) c->arguments->signal);
                if (r < 0)
                        calls[i].result = r;
                else
                        call_send(c, &calls[i], m, timeout);
        }
        (void) calls_wait(c, calls, n);
        for (size_t i = 0; i < n; i++) {
                if (calls[i].result < 0)
                        result = client_report(c, calls[i].result, &calls[i].error, "%s %s", what, ids[i]);
                call_done(&calls[i]);
        }
        return result;
}

int verb_stop(Client *c, char **operands) {
        return for_each_session(c, operands, "StopSession", "stop", STOP_TIMEOUT_USEC);
}

int verb_kill(Client *c, char **operands) {
        return for_each_session(c, operands, "KillSession", "send a signal to", CALL_TIMEOUT_USEC);
}
