/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One call for each of several sessions. */

#include <stdlib.h>

#include "ctl/sessions/each-session.h"
#include "ctl/sessions/resolve.h"
#include "shared/log.h"
#include "shared/strv.h"

int each_session(
        Client *c, char **words, SessionCall make, void *userdata, const char *what, usec_t timeout) {
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
                r = make(c, ids[i], userdata, &m);
                if (r < 0)
                        calls[i].result = r;
                else {
                        call_send(c, &calls[i], m, timeout);
                        (void) calls_wait_room(c, calls, i + 1);
                }
        }
        (void) calls_wait(c, calls, n);
        for (size_t i = 0; i < n; i++) {
                if (calls[i].result < 0)
                        result = client_report(c, calls[i].result, &calls[i].error, "%s %s", what, ids[i]);
                call_done(&calls[i]);
        }
        return result;
}
