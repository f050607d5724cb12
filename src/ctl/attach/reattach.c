/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Gets a new stream when one ended before its session did: its keeper was killed or restarted, and the
 * service starts it again. Nothing here waits; the loop of attach.c, which has the user's terminal to serve
 * meanwhile, calls in.
 *
 *      IDLE --end of file--> ASKING --"running"--> CALLING --stream--> IDLE
 *                              ^ |                   |
 *                              | +----no keeper------+---> PAUSING --PAUSE_USEC--+
 *                              +-------------------------------------------------+
 *
 * From everywhere to OVER: the session ended, the service refuses, or GIVE_UP_USEC are over. A stream that
 * ends as soon as it is there does not begin a new time, so that a keeper that falls over each client is not
 * asked for ever. */

#include "ctl/attach/attach.h"
#include "shared/names.h"
#include "shared/session-types.h"

#define GIVE_UP_USEC    (30 * USEC_PER_SEC)
#define PAUSE_USEC      (200 * USEC_PER_MSEC)
#define SHORT_USEC      (1 * USEC_PER_SEC) /* a stream that lasted less did not work */
#define LEAST_WAIT      (1 * USEC_PER_SEC)
#define IS(error, name) sd_bus_error_has_name(error, name)

void reattach_done(Reattach *r) {
        r->slot = sd_bus_slot_unref(r->slot);
        sd_bus_error_free(&r->error);
}

void reattach_connected(Reattach *r, usec_t now) {
        r->phase = REATTACH_IDLE;
        r->connected_at = now;
        sd_bus_error_free(&r->error);
}

ReattachPhase reattach_after_state(const char *state, const char *result) {
        SessionState s = state ? session_state_from_string(state) : SESSION_STATE_INVALID;

        if (!isempty(result))
                return REATTACH_OVER;
        return s == STATE_RUNNING || s == STATE_OPENING ? REATTACH_CALLING : REATTACH_OVER;
}

ReattachPhase reattach_after_error(const sd_bus_error *error, bool *ret_ended) {
        *ret_ended = client_error_is_gone(error) || IS(error, ERROR_NOT_ATTACHABLE);
        if (*ret_ended)
                return REATTACH_OVER;
        /* The keeper, or the service itself, is being restarted; or others come back at the same time. */
        if (client_error_is_passing(error))
                return REATTACH_PAUSING;
        return REATTACH_OVER;
}

static void set_failure(Reattach *r, int result, const sd_bus_error *error) {
        sd_bus_error_free(&r->error);
        if (error)
                (void) sd_bus_error_copy(&r->error, error);
        else
                (void) sd_bus_error_set_errno(&r->error, result);
        r->result = -abs(result);
}

static void wait_for_keeper(Reattach *r) {
        r->phase = REATTACH_PAUSING;
        r->pause_until = usec_add(now_usec(CLOCK_MONOTONIC), PAUSE_USEC);
}

static void fail(Reattach *r, sd_bus_message *reply) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);
        bool ended;

        r->phase = reattach_after_error(error, &ended);
        if (ended)
                sd_bus_error_free(&r->error);
        else
                set_failure(r, sd_bus_error_get_errno(error), error);
        if (r->phase == REATTACH_PAUSING)
                wait_for_keeper(r);
}

static void fail_errno(Reattach *r, int result) {
        set_failure(r, result, /* error= */ NULL);
        r->phase = REATTACH_OVER;
}

/* How long the service may take: as long as there is time at all. */
static usec_t call_timeout(const Reattach *r) {
        usec_t now = now_usec(CLOCK_MONOTONIC);

        return r->give_up_at > usec_add(now, LEAST_WAIT) ? r->give_up_at - now : LEAST_WAIT;
}

static int on_stream(sd_bus_message *reply, void *userdata, _unused_ sd_bus_error *error) {
        Attach *a = userdata;
        Reattach *r = &a->reattach;
        int fd;

        r->slot = sd_bus_slot_unref(r->slot);
        if (sd_bus_message_get_error(reply)) {
                fail(r, reply);
                return 0;
        }
        fd = attach_read_stream(reply);
        if (fd < 0) {
                fail_errno(r, fd);
                return 0;
        }
        pump_set_stream(&a->pump, fd);
        reattach_connected(r, now_usec(CLOCK_MONOTONIC));
        attach_send_size(a);
        return 0;
}

static int call_attach(Attach *a) {
        _cleanup_message_ sd_bus_message *m = NULL;
        AttachOptions options = a->options;
        int r;

        /* The user's terminal has the scrollback already, and the session the policy. */
        (void) attach_update_size(a);
        options.rows = a->options.rows;
        options.columns = a->options.columns;
        options.scrollback = 0;
        options.size_policy = NULL;
        r = attach_message(a->client, a->path, &options, &m);
        if (r < 0)
                return r;
        return sd_bus_call_async(
                a->client->bus, &a->reattach.slot, m, on_stream, a, call_timeout(&a->reattach));
}

static int on_properties(sd_bus_message *reply, void *userdata, _unused_ sd_bus_error *error) {
        Attach *a = userdata;
        Reattach *r = &a->reattach;
        int q;

        r->slot = sd_bus_slot_unref(r->slot);
        if (sd_bus_message_get_error(reply)) {
                fail(r, reply);
                return 0;
        }
        q = attach_read_properties(a, reply);
        if (q >= 0) {
                r->phase = reattach_after_state(a->state, a->result);
                if (r->phase == REATTACH_CALLING)
                        q = call_attach(a);
        }
        if (q < 0)
                fail_errno(r, q);
        return 0;
}

static void ask(Attach *a) {
        _cleanup_message_ sd_bus_message *m = NULL;
        Reattach *r = &a->reattach;
        int q;

        r->phase = REATTACH_ASKING;
        q = properties_message(a->client, a->path, SESSION_INTERFACE, &m);
        if (q >= 0)
                q = sd_bus_call_async(a->client->bus, &r->slot, m, on_properties, a, call_timeout(r));
        if (q < 0)
                fail_errno(r, q);
}

bool reattach_begin(Attach *a) {
        Reattach *r = &a->reattach;
        usec_t now = now_usec(CLOCK_MONOTONIC);
        bool was_short = now < usec_add(r->connected_at, SHORT_USEC) && r->give_up_at > 0;

        if (a->bus_lost || a->gone || !isempty(a->result))
                return false;
        a->pump.stream = safe_close(a->pump.stream);
        pump_set_stream(&a->pump, -EBADF);
        if (!was_short) {
                r->give_up_at = usec_add(now, GIVE_UP_USEC);
                ask(a);
        } else
                wait_for_keeper(r);
        return true;
}

bool reattach_step(Attach *a) {
        Reattach *r = &a->reattach;
        usec_t now = now_usec(CLOCK_MONOTONIC);

        if (r->phase == REATTACH_IDLE)
                return true;
        if (a->bus_lost && !sd_bus_error_is_set(&r->error))
                set_failure(r, -ENOTCONN, /* error= */ NULL);
        if (a->gone || !isempty(a->result)) {
                sd_bus_error_free(&r->error);
                r->phase = REATTACH_OVER;
        } else if (a->bus_lost || now >= r->give_up_at) {
                if (!sd_bus_error_is_set(&r->error))
                        set_failure(r, -ETIMEDOUT, /* error= */ NULL);
                r->phase = REATTACH_OVER;
        }
        if (r->phase == REATTACH_OVER) {
                r->slot = sd_bus_slot_unref(r->slot);
                return false;
        }
        if (r->phase == REATTACH_PAUSING && now >= r->pause_until)
                ask(a);
        return r->phase != REATTACH_OVER;
}

usec_t reattach_deadline(const Attach *a) {
        const Reattach *r = &a->reattach;

        if (r->phase == REATTACH_IDLE)
                return USEC_INFINITY;
        return r->phase == REATTACH_PAUSING ? MIN(r->pause_until, r->give_up_at) : r->give_up_at;
}
