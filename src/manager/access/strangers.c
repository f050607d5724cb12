/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Holds the calls of callers that are not known yet. */

#include "manager/access/strangers.h"
#include "manager/access/admission.h"
#include "manager/access/caller.h"
#include "manager/model/manager.h"
#include "shared/log.h"

static void stranger_done(Stranger *stranger) {
        for (size_t i = 0; i < stranger->n; i++)
                sd_bus_message_unref(stranger->calls[i].call);
        free(stranger->calls);
        free(stranger->name);
}

void strangers_done(Strangers *strangers) {
        for (size_t i = 0; i < strangers->n; i++)
                stranger_done(&strangers->items[i]);
        free(strangers->items);
        *strangers = (Strangers){};
}

static int on_credentials(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_) {
        Manager *m = userdata;
        Strangers *strangers = &m->strangers;
        Stranger stranger;
        int r;

        /* The bus answers in order, so this is the answer about the oldest stranger. */
        if (strangers->n == 0)
                return 0;
        stranger = strangers->items[0];
        memmove(strangers->items, strangers->items + 1, --strangers->n * sizeof(Stranger));

        r = sd_bus_message_is_method_error(reply, NULL)
                ? -ENOTCONN
                : caller_cache_add(&m->admission.callers, stranger.name, reply);
        if (r < 0)
                log_debug_errno(r, "The bus does not know caller %s, refusing its calls: %m", stranger.name);
        for (size_t i = 0; i < stranger.n; i++)
                if (r >= 0)
                        admission_dispatch_again(m, stranger.calls[i].call, stranger.calls[i].passed);
                else
                        (void) sd_bus_reply_method_errorf(stranger.calls[i].call, SD_BUS_ERROR_ACCESS_DENIED,
                                "The bus does not know who is calling.");
        stranger_done(&stranger);
        return 0;
}

static Stranger *find_stranger(Strangers *strangers, const char *name) {
        for (size_t i = 0; i < strangers->n; i++)
                if (streq(strangers->items[i].name, name))
                        return &strangers->items[i];
        return NULL;
}

/* Adds a caller, and asks the bus about it. */
static int add_stranger(Manager *m, const char *name, Stranger **ret) {
        _cleanup_free_ char *copy = strdup(name);
        Strangers *strangers = &m->strangers;
        Stranger *grown;
        int r;

        if (strangers->n >= STRANGERS_MAX)
                return -ENOBUFS;
        grown = reallocarray(strangers->items, strangers->n + 1, sizeof(Stranger));
        if (!grown || !copy)
                return -ENOMEM;
        strangers->items = grown;
        r = sd_bus_call_method_async(m->bus, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                "org.freedesktop.DBus", "GetConnectionCredentials", on_credentials, m, "s", name);
        if (r < 0)
                return r;
        strangers->items[strangers->n] = (Stranger){ .name = TAKE_PTR(copy) };
        *ret = &strangers->items[strangers->n++];
        return 0;
}

int strangers_hold(Manager *m, sd_bus_message *call, unsigned passed) {
        const char *name = sd_bus_message_get_sender(call);
        Stranger *stranger;
        HeldCall *grown;
        int r;

        if (!name)
                return -ENOBUFS;
        stranger = find_stranger(&m->strangers, name);
        if (!stranger) {
                r = add_stranger(m, name, &stranger);
                if (r < 0)
                        return r;
        }
        if (stranger->n >= STRANGER_CALLS_MAX)
                return -ENOBUFS;
        if (stranger->n > 0 && stranger->bytes + m->admission.size > STRANGER_BYTES_MAX)
                return -ENOBUFS;
        grown = reallocarray(stranger->calls, stranger->n + 1, sizeof(HeldCall));
        if (!grown)
                return -ENOMEM;
        stranger->calls = grown;
        stranger->calls[stranger->n++] = (HeldCall){ .call = sd_bus_message_ref(call), .passed = passed };
        stranger->bytes += m->admission.size;
        return 0;
}
