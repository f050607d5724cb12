/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests that a keeper has to answer. */

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "manager/access/charges.h"
#include "manager/keepers/keeper-link.h"
#include "manager/keepers/keeper-message.h"
#include "manager/keepers/keeper-request.h"
#include "manager/keepers/keeper-socket.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/nesting.h"
#include "shared/log.h"
#include "shared/names.h"

/* How long a keeper may take. A restart takes a fraction of this, on a busy machine, too. A stopped keeper
 * (SIGSTOP) looks like a slow one, so its callers wait this long. */
#define REPLY_SEC  10
#define REPLY_USEC (REPLY_SEC * USEC_PER_SEC)

static int on_late(sd_event_source *source, uint64_t usec, void *userdata);

KeeperRequest *keeper_request_new(Session *s, KeeperOpcode opcode) {
        KeeperRequest *request;

        request = malloc(sizeof(KeeperRequest));
        if (!request)
                return NULL;
        *request = (KeeperRequest){
                .session = s,
                .serial = ++s->keeper.requests.serial,
                .keepers_end = -EBADF,
                .callers_end = -EBADF,
                .deadline = usec_add(now_usec(CLOCK_MONOTONIC), REPLY_USEC),
        };
        wire_begin(&request->message, opcode, request->serial);
        return request;
}

KeeperRequest *keeper_request_free(KeeperRequest *request) {
        if (!request)
                return NULL;
        wire_writer_done(&request->message);
        charge_release(&request->charge);
        reply_drop(&request->reply);
        (void) safe_close(request->keepers_end);
        /* Nobody else has this descriptor. */
        if (request->callers_end >= 0)
                (void) keeper_socket_close(
                        &request->session->manager->closings, request->session->uid, request->callers_end);
        free(request);
        return NULL;
}

static int add_stream(KeeperRequest *request) {
        int ends[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return -errno;
        request->keepers_end = ends[0];
        request->callers_end = ends[1];
        keeper_socket_refuse_descriptors(request->callers_end);
        return 0;
}

static int add_file(KeeperRequest *request) {
        request->keepers_end = memfd_create("compute-session-text", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (request->keepers_end < 0)
                return -errno;
        request->is_file = true;
        request->callers_end = fcntl(request->keepers_end, F_DUPFD_CLOEXEC, 3);
        return request->callers_end < 0 ? -errno : 0;
}

static int new_with(Session *s, KeeperOpcode opcode, int (*add)(KeeperRequest *), KeeperRequest **ret) {
        KeeperRequest *request;
        int r;

        request = keeper_request_new(s, opcode);
        if (!request)
                return -ENOMEM;
        r = add(request);
        if (r < 0) {
                keeper_request_free(request);
                return r;
        }
        *ret = request;
        return 0;
}

int keeper_request_new_stream(Session *s, KeeperOpcode opcode, KeeperRequest **ret) {
        return new_with(s, opcode, add_stream, ret);
}

int keeper_request_new_file(Session *s, KeeperOpcode opcode, KeeperRequest **ret) {
        return new_with(s, opcode, add_file, ret);
}

/* Takes the request out of its place. */
static KeeperRequest *take(KeeperRequests *requests, size_t i) {
        KeeperRequest *request = requests->items[i];

        requests->n--;
        memmove(requests->items + i, requests->items + i + 1, (requests->n - i) * sizeof(KeeperRequest *));
        return request;
}

static void fail(KeeperRequest *request) {
        (void) reply_error(&request->reply, ERROR_NO_KEEPER,
                "The session's keeper is gone; see 'systemctl status %s'.", request->session->keeper.unit);
        keeper_request_free(request);
}

static void fail_late(Session *s, KeeperRequest *request) {
        const char *unused;

        if (request->on_reply)
                (void) request->on_reply(s, NULL, &unused);
        (void) reply_error(&request->reply, ERROR_NO_KEEPER,
                "The session's keeper did not answer within %i s; the session goes on. See 'systemctl status %s'.",
                REPLY_SEC, s->keeper.unit);
        keeper_request_free(request);
}

static void set_timer(Session *s) {
        KeeperRequests *requests = &s->keeper.requests;

        requests->timer = sd_event_source_disable_unref(requests->timer);
        if (requests->n > 0)
                (void) sd_event_add_time(s->manager->event, &requests->timer, CLOCK_MONOTONIC,
                        requests->items[0]->deadline, 0, on_late, s);
}

static int on_late(sd_event_source *source _unused_, uint64_t usec, void *userdata) {
        Session *s = userdata;
        KeeperRequests *requests = &s->keeper.requests;

        while (requests->n > 0 && requests->items[0]->deadline <= usec)
                fail_late(s, take(requests, 0));
        set_timer(s);
        return 0;
}

static int add(Session *s, KeeperRequest *request) {
        KeeperRequests *requests = &s->keeper.requests;
        KeeperRequest **grown;

        if (requests->n == KEEPER_REQUESTS_MAX ||
                closings_count(&s->manager->closings, s->uid) >= CLOSINGS_MAX_PER_USER)
                return -ENOBUFS;
        if (request->message.error < 0)
                return request->message.error;
        grown = reallocarray(requests->items, requests->n + 1, sizeof(KeeperRequest *));
        if (!grown)
                return -ENOMEM;
        requests->items = grown;
        requests->items[requests->n++] = request;
        if (requests->n == 1)
                set_timer(s);
        return 0;
}

int keeper_request_send(Session *s, KeeperRequest *request, const Reply *reply) {
        int r;

        request->reply = reply_keep(reply);
        /* Charges the caller, not the owner: waiting for another user's slow keeper was the caller's
         * choice. */
        r = reply_charge(reply, &s->manager->charges, CHARGE_KEEPER, &request->charge);
        if (r >= 0)
                r = add(s, request);
        if (r < 0) {
                keeper_request_free(request);
                return r;
        }
        /* If the request cannot be sent now, the connection is about to break, and the next keeper gets
         * it. */
        (void) keeper_link_send_request(s, request);
        return 0;
}

int keeper_request_answer_with(Session *s, KeeperRequest *request, const Reply *reply, sd_bus_error *error) {
        int r;

        r = keeper_request_send(s, request, reply);
        if (r == -ENOBUFS)
                return sd_bus_error_setf(error, ERROR_LIMIT_REACHED,
                        "Too many calls wait for the keeper of session %s already; try again.", s->id);
        if (r == -EDQUOT)
                return sd_bus_error_set(error, ERROR_LIMIT_REACHED,
                        "Too many of your calls wait for keepers already; try again.");
        return r < 0 ? r : 1;
}

void keeper_requests_send(Session *s) {
        for (size_t i = 0; i < s->keeper.requests.n; i++)
                (void) keeper_link_send_request(s, s->keeper.requests.items[i]);
}

/* Seals the file, which the keeper has, too, so that what the caller reads does not change. -EBUSY: the
 * keeper has mapped it to write. */
static int seal(const KeeperRequest *request) {
        if (!request->is_file)
                return 0;
        return fcntl(request->callers_end, F_ADD_SEALS,
                       F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0
                ? -errno
                : 0;
}

/* Sends the caller's end to the caller. There may be no free descriptor to send it with. */
static void hand_over(KeeperRequest *request) {
        int r;

        if (seal(request) < 0) {
                (void) reply_error(&request->reply, ERROR_NO_KEEPER,
                        "The session's keeper still writes what it says is written; see 'systemctl status %s'.",
                        request->session->keeper.unit);
                return;
        }
        r = reply_descriptor(&request->reply, request->callers_end);
        if (r < 0)
                (void) reply_error_number(&request->reply, r);
        else /* the caller has a copy now */
                request->callers_end = safe_close(request->callers_end);
}

static void answer(Session *s, KeeperRequest *request, KeeperMessage *message) {
        const char *error = NULL, *sentence = NULL;

        if (request->on_reply)
                error = request->on_reply(s, message, &sentence);
        if (!reply_is_owed(&request->reply))
                return;
        if (error)
                (void) reply_error(&request->reply, error, "%s", sentence);
        else if (message->error != KEEPER_ERROR_NONE)
                (void) reply_error(&request->reply, keeper_error_name(message->error), "%s",
                        strempty(message->message));
        else if (request->reply.kind != REPLY_DESCRIPTOR)
                (void) reply_success(&request->reply);
        else {
                nesting_add(&s->nesting, request->within);
                hand_over(request);
        }
}

void keeper_requests_answer(Session *s, KeeperMessage *message) {
        KeeperRequests *requests = &s->keeper.requests;
        KeeperRequest *request;
        size_t i;

        for (i = 0; i < requests->n && requests->items[i]->serial != message->serial; i++)
                ;
        if (i == requests->n)
                return;
        request = take(requests, i);
        set_timer(s);
        answer(s, request, message);
        keeper_request_free(request);
}

void keeper_requests_done(KeeperRequests *requests) {
        for (size_t i = 0; i < requests->n; i++)
                fail(requests->items[i]);
        sd_event_source_disable_unref(requests->timer);
        free(requests->items);
        *requests = (KeeperRequests){ .serial = requests->serial };
}
