/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls of clients that a keeper has to answer. */

#include "manager/keeper-request.h"
#include "manager/keeper-link.h"
#include "manager/manager.h"
#include "manager/session.h"
#include "shared/log.h"
#include "shared/names.h"

#define REPLY_USEC (10 * USEC_PER_SEC) /* a keeper is restarted in a fraction of this */

static int on_late(sd_event_source *source, uint64_t usec, void *userdata);

/* Takes the request out of its place. */
static KeeperRequest take(KeeperRequests *requests, size_t i) {
        KeeperRequest request = requests->items[i];

        requests->n--;
        memmove(requests->items + i, requests->items + i + 1, (requests->n - i) * sizeof(KeeperRequest));
        return request;
}

static void request_done(KeeperRequest *request) {
        sd_bus_message_unref(request->call);
        (void) safe_close(request->keepers_end);
        (void) safe_close(request->callers_end);
}

static void fail(KeeperRequest *request) {
        (void) sd_bus_reply_method_errorf(request->call, ERROR_NO_KEEPER,
                "The session's keeper does not answer; try again, and see 'computectl status'.");
        request_done(request);
}

/* The requests stand in the order of their deadlines. */
static void set_timer(Session *s) {
        KeeperRequests *requests = &s->requests;

        requests->timer = sd_event_source_disable_unref(requests->timer);
        if (requests->n > 0)
                (void) sd_event_add_time(s->manager->event, &requests->timer, CLOCK_MONOTONIC,
                        requests->items[0].deadline, 0, on_late, s);
}

static int on_late(sd_event_source *source _unused_, uint64_t usec, void *userdata) {
        Session *s = userdata;
        KeeperRequests *requests = &s->requests;

        while (requests->n > 0 && requests->items[0].deadline <= usec) {
                KeeperRequest request = take(requests, 0);

                fail(&request);
        }
        set_timer(s);
        return 0;
}

static int add(Session *s, const KeeperRequest *request) {
        KeeperRequests *requests = &s->requests;
        KeeperRequest *grown;

        if (requests->n == KEEPER_REQUESTS_MAX)
                return -ENOBUFS;
        grown = reallocarray(requests->items, requests->n + 1, sizeof(KeeperRequest));
        if (!grown)
                return -ENOMEM;
        requests->items = grown;
        requests->items[requests->n++] = *request;
        if (requests->n == 1)
                set_timer(s);
        return 0;
}

int keeper_request(Session *s, KeeperOpcode opcode, uint32_t rows, uint32_t columns, int keepers_end,
        int callers_end, sd_bus_message *call) {
        KeeperRequest request = {
                .serial = ++s->requests.serial,
                .opcode = opcode,
                .rows = rows,
                .columns = columns,
                .keepers_end = keepers_end,
                .callers_end = callers_end,
                .call = sd_bus_message_ref(call),
                .deadline = usec_add(now_usec(CLOCK_MONOTONIC), REPLY_USEC),
        };
        int r;

        r = add(s, &request);
        if (r < 0) {
                request_done(&request);
                return r;
        }
        /* If it cannot be sent now, the connection is about to break, and it will be sent to the next keeper. */
        (void) keeper_link_send_request(s, &request);
        return 0;
}

void keeper_requests_send(Session *s) {
        for (size_t i = 0; i < s->requests.n; i++)
                (void) keeper_link_send_request(s, &s->requests.items[i]);
}

void keeper_requests_answer(Session *s, const KeeperMessage *message) {
        KeeperRequests *requests = &s->requests;
        KeeperRequest request;
        size_t i;

        for (i = 0; i < requests->n && requests->items[i].serial != message->serial; i++)
                ;
        if (i == requests->n)
                return;
        request = take(requests, i);
        set_timer(s);
        if (message->error != KEEPER_ERROR_NONE)
                (void) sd_bus_reply_method_errorf(
                        request.call, keeper_error_name(message->error), "%s", strempty(message->message));
        else if (request.callers_end >= 0)
                (void) sd_bus_reply_method_return(request.call, "h", request.callers_end);
        else
                (void) sd_bus_reply_method_return(request.call, NULL);
        request_done(&request);
}

void keeper_requests_done(KeeperRequests *requests) {
        for (size_t i = 0; i < requests->n; i++)
                fail(&requests->items[i]);
        sd_event_source_disable_unref(requests->timer);
        free(requests->items);
        *requests = (KeeperRequests){};
}
