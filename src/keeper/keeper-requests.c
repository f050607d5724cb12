/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the manager asks for, and what it is told: see keeper-protocol.h.
 *
 * The manager is trusted, and held to the protocol all the same: a message that is malformed, or that does
 * not fit the phase, means that the two have lost each other. Then the connection ends, and the next one
 * begins with HELLO. */

#include "keeper/keeper-requests.h"
#include "keeper/keeper-attach.h"
#include "keeper/keeper-describe.h"
#include "keeper/keeper-kernel.h"
#include "keeper/keeper-start.h"
#include "keeper/keeper.h"
#include "keeper/kernel-requests.h"
#include "keeper/store/message-fields.h"
#include "shared/log.h"

static void put_changeable(const Keeper *k, WireWriter *w) {
        wire_put_u64(w, KEEPER_TAG_CLIENTS, audience_count(&k->audience));
        for (size_t i = 0; i < k->audience.n; i++)
                if (client_options(k->audience.clients[i])->within > 0)
                        wire_put_u64(w, KEEPER_TAG_WITHIN, client_options(k->audience.clients[i])->within);
        if (k->state.type == SESSION_TERMINAL)
                keeper_put_description(k, w);
        else
                keeper_put_kernel(k, w);
}

static void put_failure(WireWriter *w, const Failure *failure) {
        wire_put_u64(w, KEEPER_TAG_ERROR, failure->error);
        wire_put_string(w, KEEPER_TAG_MESSAGE, failure_message(failure));
}

void keeper_tell_started(Keeper *k) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, KEEPER_STARTED, 0);
        control_send(k->control, &w, NULL, 0);
}

void keeper_tell_failed(Keeper *k, const Failure *failure) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, KEEPER_FAILED, 0);
        put_failure(&w, failure);
        control_send(k->control, &w, NULL, 0);
}

void keeper_tell_ended(Keeper *k) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, KEEPER_ENDED, 0);
        wire_put_u64(&w, KEEPER_TAG_EXIT_CODE, (uint64_t) k->state.exit_code);
        wire_put_u64(&w, KEEPER_TAG_EXIT_STATUS, (uint64_t) k->state.exit_status);
        control_send(k->control, &w, NULL, 0);
}

void keeper_tell_changed(Keeper *k) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        wire_begin(&w, KEEPER_CHANGED, 0);
        put_changeable(k, &w);
        if (k->state.type == SESSION_TERMINAL) {
                wire_put_u64(&w, KEEPER_TAG_ROWS, k->state.rows);
                wire_put_u64(&w, KEEPER_TAG_COLUMNS, k->state.columns);
        }
        control_send(k->control, &w, NULL, 0);
}

void keeper_reply(Keeper *k, uint32_t serial, int r, Failure *failure, const char *notebook) {
        _cleanup_(wire_writer_done) WireWriter w = {};

        if (r < 0)
                failure_set(failure, KEEPER_ERROR_FAILED, "That failed: %s. Try again.", strerror(-r));
        wire_begin(&w, KEEPER_REPLY, serial);
        if (r != 0)
                put_failure(&w, failure);
        else if (notebook)
                wire_put_string(&w, KEEPER_TAG_NOTEBOOK, notebook);
        control_send(k->control, &w, NULL, 0);
}

static void reply(Keeper *k, uint32_t serial, int r, Failure *failure) {
        keeper_reply(k, serial, r, failure, NULL);
}

/* What every manager says anew. */
static int take_greeting(Keeper *k, const WireMessage *message) {
        uint64_t created = k->state.created, max = k->state.ended_outputs_max;
        const FieldTarget targets[] = {
                { KEEPER_TAG_CREATED, FIELD_NUMBER, &created },
                { KEEPER_TAG_ENDED_OUTPUTS_MAX, FIELD_NUMBER, &max },
        };
        int r;

        r = message_fields_read(*message, targets, ELEMENTSOF(targets));
        if (r < 0)
                return r;
        if (created == k->state.created && max == k->state.ended_outputs_max)
                return 0;
        k->state.created = created;
        k->state.ended_outputs_max = max;
        return keeper_save(k);
}

static int handle_hello(Keeper *k, const WireMessage *message, WireAncillary *a) {
        _cleanup_(wire_writer_done) WireWriter w = {};
        int r;

        r = take_greeting(k, message);
        if (r < 0)
                return r;
        r = a->fds[0] >= 0 ? activity_share(&k->activity, a->fds[0]) : 0;
        if (r < 0)
                log_warning_errno(r, "The manager gave no page for the session's activity: %m");
        wire_begin(&w, KEEPER_STATUS, message->serial);
        keeper_state_put(&k->state, &w);
        wire_put_u64(&w, KEEPER_TAG_FLAGS, keeper_awaits_kernel(k) ? KEEPER_FLAG_AWAITED : 0U);
        put_changeable(k, &w);
        control_send(k->control, &w, NULL, 0);
        return 0;
}

static int handle_start(Keeper *k, const WireMessage *message, WireAncillary *a) {
        _cleanup_start_request_ StartRequest request = {};
        _cleanup_failure_ Failure failure = {};
        int r;

        (void) a;
        if (k->state.phase != KEEPER_PHASE_IDLE)
                return -EPROTO;
        r = start_request_read(message, k->state.id, &request, &failure);
        if (r < 0)
                return r;
        if (r > 0)
                keeper_fail(k, &failure, 0);
        else
                keeper_start(k, &request, message);
        return 0;
}

static int handle_open_gate(Keeper *k, const WireMessage *message, WireAncillary *a) {
        (void) message;
        (void) a;
        if (k->state.phase != KEEPER_PHASE_GATE)
                return -EPROTO;
        keeper_open_gate(k);
        return 0;
}

/* What ATTACH, RESIZE and SNAPSHOT say. */
typedef struct ViewRequest {
        char *client, *policy;
        uint64_t rows, columns, scrollback, flags, within;
} ViewRequest;

static void view_request_done(ViewRequest *v) {
        free(v->client);
        free(v->policy);
}

static int view_request_read(const WireMessage *message, ViewRequest *v) {
        const FieldTarget targets[] = {
                { KEEPER_TAG_CLIENT, FIELD_STRING, &v->client },
                { KEEPER_TAG_SIZE_POLICY, FIELD_STRING, &v->policy },
                { KEEPER_TAG_ROWS, FIELD_NUMBER, &v->rows },
                { KEEPER_TAG_COLUMNS, FIELD_NUMBER, &v->columns },
                { KEEPER_TAG_SCROLLBACK, FIELD_NUMBER, &v->scrollback },
                { KEEPER_TAG_FLAGS, FIELD_NUMBER, &v->flags },
                { KEEPER_TAG_WITHIN, FIELD_NUMBER, &v->within },
        };
        int r;

        r = message_fields_read(*message, targets, ELEMENTSOF(targets));
        if (r < 0)
                return r;
        if (v->rows > UINT16_MAX || v->columns > UINT16_MAX || v->scrollback > UINT32_MAX)
                return -EBADMSG;
        return 0;
}

static int attach(Keeper *k, const ViewRequest *v, WireAncillary *a, Failure *failure) {
        const ClientOptions options = {
                .name = v->client,
                .within = v->within,
                .rows = (uint32_t) v->rows,
                .columns = (uint32_t) v->columns,
                .scrollback = (uint32_t) v->scrollback,
                .read_only = v->flags & KEEPER_FLAG_READ_ONLY,
                .raw = v->flags & KEEPER_FLAG_RAW,
                .input_only = v->flags & KEEPER_FLAG_INPUT_ONLY,
                .foreign = v->flags & KEEPER_FLAG_FOREIGN,
                .clipboard = v->flags & KEEPER_FLAG_CLIPBOARD,
        };
        int r;

        r = keeper_set_size_policy(k, v->policy, failure);
        if (r == 0)
                r = keeper_attach(k, a->fds[0], &options, failure);
        if (r == 0)
                (void) TAKE_FD(a->fds[0]);
        return r;
}

static int handle_view(Keeper *k, const WireMessage *message, WireAncillary *a) {
        _cleanup_(view_request_done) ViewRequest v = {};
        _cleanup_failure_ Failure failure = {};
        int r;

        r = view_request_read(message, &v);
        if (r < 0)
                return r;
        if (message->opcode != KEEPER_RESIZE && (a->fds[0] < 0 || a->fds[1] >= 0))
                return -EBADMSG;
        if (message->opcode == KEEPER_ATTACH)
                r = attach(k, &v, a, &failure);
        else if (message->opcode == KEEPER_RESIZE)
                r = keeper_resize(k, v.client, (uint32_t) v.rows, (uint32_t) v.columns, &failure);
        else
                r = keeper_snapshot(
                        k, v.flags & KEEPER_FLAG_STYLES, (uint32_t) v.scrollback, a->fds[0], &failure);
        reply(k, message->serial, r, &failure);
        if (r == 0 && message->opcode == KEEPER_ATTACH)
                keeper_tell_changed(k);
        return 0;
}

/* A newer manager may know requests that we do not. */
static int handle_unknown(Keeper *k, const WireMessage *message) {
        _cleanup_failure_ Failure failure = {};
        int r;

        if (message->opcode == 0 || message->opcode >= KEEPER_STATUS)
                return -EBADMSG;
        r = failure_set(&failure, KEEPER_ERROR_NOT_SUPPORTED,
                "The session's keeper is older than the manager and cannot do that. Restart the keeper's unit.");
        reply(k, message->serial, r, &failure);
        return 0;
}

int keeper_handle_message(void *userdata, const WireMessage *message, WireAncillary *a) {
        static const struct {
                uint16_t opcode;
                int (*handler)(Keeper *k, const WireMessage *message, WireAncillary *a);
        } handlers[] = {
                { KEEPER_HELLO, handle_hello },
                { KEEPER_START, handle_start },
                { KEEPER_OPEN_GATE, handle_open_gate },
                { KEEPER_ATTACH, handle_view },
                { KEEPER_RESIZE, handle_view },
                { KEEPER_SNAPSHOT, handle_view },
        };
        int r;

        for (size_t i = 0; i < ELEMENTSOF(handlers); i++)
                if (handlers[i].opcode == message->opcode)
                        return handlers[i].handler(userdata, message, a);
        r = keeper_handle_kernel_request(userdata, message, a);
        return r == -EOPNOTSUPP ? handle_unknown(userdata, message) : r;
}
