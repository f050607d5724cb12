/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Method calls whose answer waits for something to happen. */

#include "manager/waiters.h"
#include "shared/macros.h"
#include "shared/names.h"

int waiters_add(Waiters *w, sd_bus_message *call) {
        sd_bus_message **grown;

        if (w->n >= WAITERS_MAX)
                return -ENOBUFS;
        grown = reallocarray(w->calls, w->n + 1, sizeof(sd_bus_message *));
        if (!grown)
                return -ENOMEM;
        w->calls = grown;
        w->calls[w->n++] = sd_bus_message_ref(call);
        return 0;
}

sd_bus_message *waiters_take(Waiters *w) {
        sd_bus_message *call;

        if (w->n == 0)
                return NULL;
        call = w->calls[0];
        memmove(w->calls, w->calls + 1, --w->n * sizeof(sd_bus_message *));
        return call;
}

void waiters_fail(Waiters *w, const char *name, const char *message) {
        sd_bus_message *call;

        while ((call = waiters_take(w))) {
                (void) sd_bus_reply_method_errorf(call, name, "%s", message);
                sd_bus_message_unref(call);
        }
}

void waiters_done(Waiters *w) {
        waiters_fail(w, ERROR_START_FAILED,
                "The session went away before there was an answer. List the sessions.");
        free(w->calls);
        *w = (Waiters){};
}
