/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Method calls whose answer waits for something to happen. */

#include "manager/model/waiters.h"
#include "shared/macros.h"
#include "shared/names.h"

int waiters_add(Waiters *w, sd_bus_message *call, Charge *charge) {
        Waiter *grown;

        if (w->n >= WAITERS_MAX)
                return -ENOBUFS;
        grown = reallocarray(w->items, w->n + 1, sizeof(Waiter));
        if (!grown)
                return -ENOMEM;
        w->items = grown;
        w->items[w->n++] = (Waiter){ .call = sd_bus_message_ref(call), .charge = *charge };
        *charge = (Charge){};
        return 0;
}

sd_bus_message *waiters_take_charged(Waiters *w, Charge *ret_charge) {
        Waiter oldest;

        if (w->n == 0)
                return NULL;
        oldest = w->items[0];
        memmove(w->items, w->items + 1, --w->n * sizeof(Waiter));
        *ret_charge = oldest.charge;
        return oldest.call;
}

sd_bus_message *waiters_take(Waiters *w) {
        _cleanup_(charge_release) Charge charge = {};

        return waiters_take_charged(w, &charge);
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
        free(w->items);
        *w = (Waiters){};
}
