/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Between the terminal and those who look at it. */

#include <unistd.h>

#include "keeper/keeper-attach.h"
#include "keeper/keeper-describe.h"
#include "keeper/keeper-end.h"
#include "keeper/keeper-requests.h"
#include "keeper/keeper.h"
#include "keeper/store/footprint.h"
#include "shared/log.h"

#define SNAPSHOT_SIZE_MAX (64U * 1024U * 1024U)

/* From the program to the clients */

static uint8_t *on_room(void *userdata, size_t *ret_size) {
        Keeper *k = userdata;

        return ring_room(k->recording->ring, ret_size);
}

static void on_commit(void *userdata, size_t n) {
        Keeper *k = userdata;

        ring_commit(k->recording->ring, n);
}

static void on_output(void *userdata, const void *data, size_t size) {
        Keeper *k = userdata;

        activity_output(&k->activity);
        audience_send(&k->audience, data, size);
        recording_feed(k->recording, data, size);
        answering_go_on(&k->answering);
        keeper_describe_later(k);
}

static void on_drained(void *userdata) {
        Keeper *k = userdata;

        answering_go_on(&k->answering);
        if (terminal_has_room(k->terminal))
                audience_listen(&k->audience, true);
}

int keeper_watch_terminal(Keeper *k) {
        static const TerminalHandlers handlers = {
                .room = on_room,
                .commit = on_commit,
                .output = on_output,
                .drained = on_drained,
        };

        (void) footprint_shrink_later(k->event, &k->rest_timer);
        answering_begin(&k->answering, k->event, k->terminal, k->recording->screen, &k->audience);
        return terminal_watch(k->terminal, k->event, &handlers, k);
}

/* Sizes */

static int set_size(Keeper *k, uint32_t rows, uint32_t columns) {
        int r;

        if (rows == k->state.rows && columns == k->state.columns)
                return 0;
        /* The screen first: what the program prints for the new size must not be fed to the old one. */
        r = recording_resize(k->recording, rows, columns);
        if (r < 0)
                return r;
        r = terminal_resize(k->terminal, rows, columns);
        if (r < 0)
                return r;
        k->state.rows = rows;
        k->state.columns = columns;
        audience_repaint(&k->audience);
        answering_go_on(&k->answering);
        keeper_tell_changed(k);
        return keeper_save(k);
}

/* Gives the terminal the size that its clients want now. */
static void follow_audience(Keeper *k) {
        uint32_t rows, columns;
        int r;

        if (!k->terminal || !audience_size(&k->audience, &rows, &columns))
                return;
        r = set_size(k, rows, columns);
        if (r < 0)
                (void) log_warning_errno(r, "Could not give the terminal its clients' size: %m");
}

/* From the clients to the program */

static void on_client_input(void *userdata, Client *c, const void *data, size_t size) {
        Keeper *k = userdata;

        if (!k->terminal)
                return;
        /* The size first, so that the program has it when it sees what was typed. */
        if (client_options(c)->rows > 0 && audience_touch(&k->audience, c))
                follow_audience(k);
        if (terminal_send(k->terminal, data, size) < 0)
                return;
        activity_input(&k->activity);
        if (!terminal_has_room(k->terminal))
                audience_listen(&k->audience, false);
}

static int on_paint(void *userdata, const Client *c, uint32_t scrollback, ByteQueue *out) {
        Keeper *k = userdata;

        return audience_paint(&k->audience, c, k->recording->screen, scrollback, out);
}

static void on_client_reply(void *userdata, Client *c, unsigned number, const ColorSpec *color) {
        Keeper *k = userdata;

        answering_take_color(&k->answering, c, number, color);
}

static void on_client_gone(void *userdata, Client *c) {
        Keeper *k = userdata;

        answering_forget(&k->answering, c);
        audience_remove(&k->audience, c);
        if (k->state.phase == KEEPER_PHASE_ENDED) {
                if (k->audience.n == 0)
                        keeper_tell_end(k);
                return;
        }
        keeper_tell_changed(k);
        follow_audience(k);
        if (k->audience.n == 0)
                (void) footprint_shrink_later(k->event, &k->rest_timer);
}

static int check_attachable(const Keeper *k, Failure *failure) {
        if (k->state.type != SESSION_TERMINAL)
                return failure_set(failure, KEEPER_ERROR_NOT_ATTACHABLE,
                        "Session %s is a notebook. Connect to its kernel with a Jupyter client instead.",
                        k->state.id);
        if (k->state.phase != KEEPER_PHASE_RUNNING || !k->terminal)
                return failure_set(failure, KEEPER_ERROR_NOT_ATTACHABLE,
                        "Session %s is not running. Start another one.", k->state.id);
        return 0;
}

int keeper_set_size_policy(Keeper *k, const char *policy, Failure *failure) {
        SizePolicy value;

        if (!policy)
                return 0;
        value = size_policy_from_string(policy);
        if (value < 0)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "There is no size policy '%s'. Choose latest, largest, smallest or manual.", policy);
        k->audience.policy = value;
        return 0;
}

int keeper_attach(Keeper *k, int fd, const ClientOptions *options, Failure *failure) {
        static const ClientHandlers handlers = {
                .input = on_client_input,
                .paint = on_paint,
                .reply = on_client_reply,
                .gone = on_client_gone,
        };
        Client *client;
        int r;

        r = check_attachable(k, failure);
        if (r != 0)
                return r;
        if (k->audience.n == AUDIENCE_MAX)
                return failure_set(failure, KEEPER_ERROR_LIMIT,
                        "%u clients are attached to session %s, as many as there may be. Detach one.",
                        AUDIENCE_MAX, k->state.id);
        r = client_new(k->event, fd, options, &handlers, k, &client);
        if (r == -ENOTSOCK || r == -EPROTOTYPE)
                return failure_set(
                        failure, KEEPER_ERROR_FAILED, "To attach, a stream socket is needed. Give one.");
        if (r < 0)
                return r;
        (void) audience_add(&k->audience, client, k->recording->screen);
        k->rest_timer = sd_event_source_disable_unref(k->rest_timer);
        client_listen(client, terminal_has_room(k->terminal));
        follow_audience(k);
        client_welcome(client);
        return 0;
}

int keeper_resize(Keeper *k, const char *name, uint32_t rows, uint32_t columns, Failure *failure) {
        Client *client;
        int r;

        r = check_attachable(k, failure);
        if (r != 0)
                return r;
        if (rows == 0 || columns == 0 || rows > UINT16_MAX || columns > UINT16_MAX)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "A terminal cannot have %u rows and %u columns. Give 1 to 65535 of each.", rows,
                        columns);
        client = name ? audience_find(&k->audience, name) : NULL;
        if (!client || k->audience.policy == SIZE_MANUAL)
                return set_size(k, rows, columns);
        client_set_size(client, rows, columns);
        (void) audience_touch(&k->audience, client);
        follow_audience(k);
        return 0;
}

int keeper_snapshot(Keeper *k, bool styles, uint32_t scrollback, int fd, Failure *failure) {
        ByteQueue text = { .max = SNAPSHOT_SIZE_MAX };
        int r;

        r = check_attachable(k, failure);
        if (r != 0)
                return r;
        /* A keeper that was killed may have begun. */
        if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        r = screen_text(k->recording->screen, scrollback, styles ? SCREEN_TEXT_STYLES : 0, &text);
        if (r >= 0)
                r = byte_queue_write(&text, fd, /* is_socket= */ false);
        byte_queue_clear(&text);
        return r < 0 ? r : 0;
}
