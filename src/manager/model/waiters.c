/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls whose answer waits for something to happen. */

#include "manager/model/waiters.h"
#include "shared/macros.h"
#include "shared/names.h"

int waiters_add_charged(Waiters *w, const Reply *reply, Charge *charge) {
        Waiter *grown;

        if (w->n >= WAITERS_MAX)
                return -ENOBUFS;
        grown = reallocarray(w->items, w->n + 1, sizeof(Waiter));
        if (!grown)
                return -ENOMEM;
        w->items = grown;
        w->items[w->n++] = (Waiter){ .reply = reply_keep(reply), .charge = *charge };
        *charge = (Charge){};
        return 0;
}

int waiters_add(Waiters *w, Charges *charges, const Reply *reply) {
        _cleanup_(charge_release) Charge charge = {};
        int r;

        r = reply_charge(reply, charges, CHARGE_WAITER, &charge);
        return r < 0 ? r : waiters_add_charged(w, reply, &charge);
}

bool waiters_take(Waiters *w, Waiter *ret) {
        if (w->n == 0)
                return false;
        *ret = w->items[0];
        memmove(w->items, w->items + 1, --w->n * sizeof(Waiter));
        return true;
}

void waiter_done(Waiter *waiter) {
        charge_release(&waiter->charge);
        reply_drop(&waiter->reply);
}

void waiters_succeed(Waiters *w) {
        Waiter waiter;

        for (size_t n = w->n; n > 0 && waiters_take(w, &waiter); n--) {
                if (waiter.reply.kind == REPLY_AGAIN)
                        reply_again(&waiter.reply);
                else
                        (void) reply_success(&waiter.reply);
                waiter_done(&waiter);
        }
}

void waiters_fail(Waiters *w, const char *name, const char *message) {
        Waiter waiter;

        while (waiters_take(w, &waiter)) {
                (void) reply_error(&waiter.reply, name, "%s", message);
                waiter_done(&waiter);
        }
}

void waiters_done(Waiters *w) {
        waiters_fail(w, ERROR_START_FAILED,
                "The session went away before there was an answer. List the sessions.");
        free(w->items);
        *w = (Waiters){};
}
