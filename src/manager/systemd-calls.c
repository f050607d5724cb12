/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls to systemd whose answers are events. */

#include "manager/systemd-calls.h"
#include "manager/caller.h"
#include "manager/manager.h"
#include "manager/session.h"
#include "shared/log.h"

#define CALL_TIMEOUT_USEC (30 * USEC_PER_SEC)

static void free_call(void *userdata) {
        SystemdCall *c = userdata;

        charge_release(&c->charge);
        sd_bus_message_unref(c->call);
        sd_bus_message_unref(c->question);
        free(c);
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error);

/* The call is sd-bus's from here on, which frees it after the answer. */
static int send_call(SystemdCall *c) {
        _cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
        int r;

        r = sd_bus_call_async(c->manager->bus, &slot, c->question, on_answer, c, CALL_TIMEOUT_USEC);
        if (r < 0)
                return r;
        c->question = sd_bus_message_unref(c->question);
        (void) sd_bus_slot_set_destroy_callback(slot, free_call);
        (void) sd_bus_slot_set_floating(slot, 1);
        c->manager->systemd_calls.in_flight++;
        return 0;
}

static void send_waiting(Manager *m) {
        SystemdCalls *calls = &m->systemd_calls;
        size_t n = 0;

        for (; n < calls->n_waiting && calls->in_flight < SYSTEMD_CALLS_MAX; n++) {
                int r = send_call(calls->waiting[n]);

                if (r < 0) {
                        log_warning_errno(r, "Cannot ask systemd, leaving it to a deadline: %m");
                        free_call(calls->waiting[n]);
                }
        }
        calls->n_waiting -= n;
        memmove(calls->waiting, calls->waiting + n, calls->n_waiting * sizeof(SystemdCall *));
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        SystemdCall *c = userdata;
        Manager *m = c->manager;
        int r;

        m->systemd_calls.in_flight--;
        r = c->on_reply(reply, c, error);
        send_waiting(m);
        return r;
}

/* What systemd is asked for a client is the client's, or rather its user's. */
static int charge_call(SystemdCall *c) {
        const Caller *caller = c->call ? admission_caller(c->manager, c->call) : NULL;

        return caller ? charge_take(&c->charge, &c->manager->charges, caller->uid, CHARGE_SYSTEMD) : 0;
}

int systemd_ask(Manager *m, const Session *s, sd_bus_message *question, sd_bus_message_handler_t on_reply,
        sd_bus_message *call) {
        SystemdCalls *calls = &m->systemd_calls;
        SystemdCall **grown, *c;
        int r;

        grown = reallocarray(calls->waiting, calls->n_waiting + 1, sizeof(SystemdCall *));
        if (!grown)
                return -ENOMEM;
        calls->waiting = grown;
        c = malloc(sizeof(SystemdCall));
        if (!c)
                return -ENOMEM;
        *c = (SystemdCall){
                .manager = m,
                .number = s ? s->number : 0,
                .call = sd_bus_message_ref(call),
                .question = sd_bus_message_ref(question),
                .on_reply = on_reply,
        };
        r = charge_call(c);
        if (r < 0) {
                free_call(c);
                return r;
        }
        calls->waiting[calls->n_waiting++] = c;
        send_waiting(m);
        return 0;
}

Session *systemd_call_session(const SystemdCall *c) {
        return session_table_get(&c->manager->sessions, c->number);
}

void systemd_calls_done(SystemdCalls *calls) {
        for (size_t i = 0; i < calls->n_waiting; i++)
                free_call(calls->waiting[i]);
        free(calls->waiting);
        *calls = (SystemdCalls){};
}
