/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls to systemd whose answers are events. */

#include "manager/systemd/systemd-calls.h"
#include "manager/access/charges.h"
#include "manager/base/systemd-names.h"
#include "manager/keepers/keeper-socket.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"
#include "shared/log.h"

#define CALL_TIMEOUT_USEC (30 * USEC_PER_SEC)
/* How long systemd may be away before a call fails, however often it is executed anew in the meantime. Most
 * starts may not take as long, and are given up earlier. */
#define AWAY_MAX_USEC   CALL_TIMEOUT_USEC
#define AWAY_RETRY_USEC (250 * USEC_PER_MSEC) /* when no signal says that systemd is back */

static void free_call(void *userdata) {
        SystemdCall *c = userdata;

        charge_release(&c->charge);
        (void) keeper_socket_close(&c->manager->closings, c->stream_uid, c->stream);
        reply_drop(&c->reply);
        sd_bus_message_unref(c->question);
        free(c);
}

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *error);

static int send_call(SystemdCall *c) {
        SystemdCalls *calls = &c->manager->systemd_calls;
        int r;

        r = sd_bus_call_async(c->manager->bus, &c->slot, c->question, on_answer, c, CALL_TIMEOUT_USEC);
        if (r < 0)
                return r;
        if (c->asked == 0)
                c->asked = now_usec(CLOCK_MONOTONIC);
        (void) sd_bus_slot_set_destroy_callback(c->slot, free_call);
        calls->sent[calls->n_sent++] = c;
        return 0;
}

static void forget_sent(SystemdCalls *calls, const SystemdCall *c) {
        for (unsigned i = 0; i < calls->n_sent; i++)
                if (calls->sent[i] == c) {
                        calls->sent[i] = calls->sent[--calls->n_sent];
                        return;
                }
}

/* Reports a call that failed to whoever waits for its answer. */
static void answer_failed(const SystemdCall *c, int r, const sd_bus_error *error) {
        if (error && error->name)
                (void) reply_error(&c->reply, error->name, "%s", strempty(error->message));
        else
                (void) reply_error_number(&c->reply, r);
}

static void send_waiting(Manager *m) {
        SystemdCalls *calls = &m->systemd_calls;
        size_t n = 0;

        for (; n < calls->n_waiting && calls->n_sent < SYSTEMD_CALLS_MAX && !calls->away; n++) {
                int r = send_call(calls->waiting[n]);

                if (r < 0) {
                        log_warning_errno(r, "Cannot ask systemd, leaving it to a deadline: %m");
                        answer_failed(calls->waiting[n], r, /* error = */ NULL);
                        free_call(calls->waiting[n]);
                }
        }
        calls->n_waiting -= n;
        memmove(calls->waiting, calls->waiting + n, calls->n_waiting * sizeof(SystemdCall *));
}

/* Does the reply say that systemd left the bus before it answered, or was not there? */
static bool says_away(sd_bus_message *reply) {
        return sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NO_REPLY) ||
                sd_bus_message_is_method_error(reply, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
                sd_bus_message_is_method_error(reply, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

/* May the call be repeated? A client's signal may have been sent already, and must not be sent twice. All
 * else may be repeated. */
static bool may_repeat(const SystemdCall *c) {
        return !(reply_is_owed(&c->reply) && streq(sd_bus_message_get_member(c->question), "KillUnit")) &&
                now_usec(CLOCK_MONOTONIC) - c->asked < AWAY_MAX_USEC;
}

static int on_still_away(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        systemd_calls_resume(userdata);
        return 0;
}

/* Queues a call that was sent already, before those that were not. */
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
        sd_bus_slot *slot = TAKE_PTR(c->slot);
        int r;

        forget_sent(&m->systemd_calls, c);
        if (says_away(reply) && may_repeat(c) && repeat_later(m, c) >= 0) {
                (void) sd_bus_slot_set_destroy_callback(slot, NULL);
                sd_bus_slot_unref(slot);
                return 0;
        }
        /* The question holds our copy of a keeper's listening socket. */
        c->question = sd_bus_message_unref(c->question);
        r = c->on_reply(reply, c, error);
        if (r < 0)
                answer_failed(c, r, error);
        sd_bus_slot_unref(slot);
        send_waiting(m);
        return r;
}

void systemd_calls_resume(Manager *m) {
        m->systemd_calls.away = sd_event_source_disable_unref(m->systemd_calls.away);
        send_waiting(m);
}

/* Asks systemd, with a copy of c, which is consumed. */
static int ask(SystemdCall c) {
        SystemdCalls *calls = &c.manager->systemd_calls;
        SystemdCall **grown, *copy;
        int r;

        grown = reallocarray(calls->waiting, calls->n_waiting + 1, sizeof(SystemdCall *));
        if (grown)
                calls->waiting = grown;
        copy = malloc(sizeof(SystemdCall));
        if (!grown || !copy) {
                free(copy);
                charge_release(&c.charge);
                (void) safe_close(c.stream);
                return -ENOMEM;
        }
        *copy = c;
        copy->reply = reply_keep(&copy->reply);
        sd_bus_message_ref(copy->question);
        /* A call for a client is charged to the client's user. */
        r = copy->charge.charges
                ? 0
                : reply_charge(&copy->reply, &copy->manager->charges, CHARGE_SYSTEMD, &copy->charge);
        if (r < 0) {
                free_call(copy);
                return r;
        }
        calls->waiting[calls->n_waiting++] = copy;
        send_waiting(copy->manager);
        return 0;
}

int systemd_ask(Manager *m, const Session *s, sd_bus_message *question, sd_bus_message_handler_t on_reply,
        const Reply *reply) {
        return ask((SystemdCall){
                .manager = m,
                .number = s ? s->number : 0,
                .reply = reply ? *reply : (Reply){},
                .question = question,
                .stream = -EBADF,
                .on_reply = on_reply,
        });
}

int systemd_ask_and_tell(
        const SystemdCall *about, sd_bus_message *question, sd_bus_message_handler_t on_reply) {
        SystemdCall c = *about;

        c.question = question;
        c.stream = -EBADF;
        c.on_reply = on_reply;
        return ask(c);
}

int systemd_ask_with_stream(Manager *m, sd_bus_message *question, sd_bus_message_handler_t on_reply,
        const Reply *reply, int stream, uid_t uid) {
        return ask((SystemdCall){
                .manager = m,
                .reply = reply ? *reply : (Reply){},
                .question = question,
                .stream = stream,
                .stream_uid = uid,
                .on_reply = on_reply,
        });
}

int systemd_ask_further(SystemdCall *c, sd_bus_message *question, sd_bus_message_handler_t on_reply) {
        Charge charge = c->charge;

        c->charge = (Charge){};
        return ask((SystemdCall){
                .manager = c->manager,
                .number = c->number,
                .reply = c->reply,
                .on_done = c->on_done,
                .limits = c->limits,
                .question = question,
                .charge = charge,
                .stream = -EBADF,
                .on_reply = on_reply,
        });
}

Session *systemd_call_session(const SystemdCall *c) {
        return session_table_get(&c->manager->sessions, c->number);
}

void systemd_calls_done(SystemdCalls *calls) {
        for (size_t i = 0; i < calls->n_waiting; i++)
                free_call(calls->waiting[i]);
        free(calls->waiting);
        /* The questions refer to the bus, which would never be freed. */
        for (unsigned i = 0; i < calls->n_sent; i++)
                sd_bus_slot_unref(calls->sent[i]->slot);
        sd_event_source_disable_unref(calls->away);
        *calls = (SystemdCalls){};
}

int systemd_new_call(const Manager *m, const char *method, sd_bus_message **ret) {
        return sd_bus_message_new_method_call(
                m->bus, ret, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, method);
}

bool systemd_says_gone(sd_bus_message *reply) {
        return sd_bus_message_is_method_error(reply, SYSTEMD_NO_SUCH_UNIT) ||
                sd_bus_message_is_method_error(reply, SD_BUS_ERROR_UNKNOWN_OBJECT);
}

const char *systemd_error_text(sd_bus_message *reply) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        return error && error->message ? error->message : "no reason given";
}

int systemd_ignore_reply(
        sd_bus_message *reply _unused_, void *userdata _unused_, sd_bus_error *error _unused_) {
        return 0;
}
