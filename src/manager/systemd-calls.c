/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls to systemd whose answers are events. */

#include "manager/systemd-calls.h"
#include "manager/caller.h"
#include "manager/manager.h"
#include "manager/session.h"
#include "shared/log.h"

#define CALL_TIMEOUT_USEC (30 * USEC_PER_SEC)
#define AWAY_MAX_USEC     (10 * USEC_PER_SEC)   /* that systemd may be away before a call has failed */
#define AWAY_RETRY_USEC   (250 * USEC_PER_MSEC) /* if nobody tells that it is back */

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
        if (c->asked == 0)
                c->asked = now_usec(CLOCK_MONOTONIC);
        (void) sd_bus_slot_set_destroy_callback(slot, free_call);
        (void) sd_bus_slot_set_floating(slot, 1);
        c->manager->systemd_calls.in_flight++;
        return 0;
}

static void send_waiting(Manager *m) {
        SystemdCalls *calls = &m->systemd_calls;
        size_t n = 0;

        for (; n < calls->n_waiting && calls->in_flight < SYSTEMD_CALLS_MAX && !calls->away; n++) {
                int r = send_call(calls->waiting[n]);

                if (r < 0) {
                        log_warning_errno(r, "Cannot ask systemd, leaving it to a deadline: %m");
                        free_call(calls->waiting[n]);
                }
        }
        calls->n_waiting -= n;
        memmove(calls->waiting, calls->waiting + n, calls->n_waiting * sizeof(SystemdCall *));
}

/* systemd left the bus before it answered, or was not there to be asked. */
static bool says_away(sd_bus_message *reply) {
        return sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NO_REPLY) ||
                sd_bus_message_is_method_error(reply, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
                sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

/* A client's signal may have been sent already, and must not be sent twice. All else can be asked for again. */
static bool may_repeat(const SystemdCall *c) {
        return !(c->call && streq(sd_bus_message_get_member(c->question), "KillUnit")) &&
                now_usec(CLOCK_MONOTONIC) - c->asked < AWAY_MAX_USEC;
}

static int on_still_away(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        systemd_calls_resume(userdata);
        return 0;
}

/* Puts a call that was sent before all that were not. */
static int repeat_later(Manager *m, SystemdCall *c) {
        SystemdCalls *calls = &m->systemd_calls;
        SystemdCall **grown;
        int r;

        grown = reallocarray(calls->waiting, calls->n_waiting + 1, sizeof(SystemdCall *));
        if (!grown)
                return -ENOMEM;
        calls->waiting = grown;
        if (!calls->away) {
                r = sd_event_add_time_relative(
                        m->event, &calls->away, CLOCK_MONOTONIC, AWAY_RETRY_USEC, 0, on_still_away, m);
                if (r < 0)
                        return r;
        }
        memmove(grown + 1, grown, calls->n_waiting * sizeof(SystemdCall *));
        grown[0] = c;
        calls->n_waiting++;
        c->repeated = true;
        return 0;
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        SystemdCall *c = userdata;
        Manager *m = c->manager;
        int r;

        m->systemd_calls.in_flight--;
        if (says_away(reply) && may_repeat(c) && repeat_later(m, c) >= 0) {
                /* It is ours again. */
                (void) sd_bus_slot_set_destroy_callback(sd_bus_get_current_slot(m->bus), NULL);
                return 0;
        }
        /* With it goes our copy of a keeper's listening socket. */
        c->question = sd_bus_message_unref(c->question);
        r = c->on_reply(reply, c, error);
        send_waiting(m);
        return r;
}

void systemd_calls_resume(Manager *m) {
        m->systemd_calls.away = sd_event_source_disable_unref(m->systemd_calls.away);
        send_waiting(m);
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
        sd_event_source_disable_unref(calls->away);
        *calls = (SystemdCalls){};
}
