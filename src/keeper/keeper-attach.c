/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Between the terminal and whoever looks at it. */

#include "keeper/keeper-attach.h"
#include "keeper/keeper-end.h"
#include "keeper/keeper-requests.h"
#include "shared/log.h"

static void on_output(void *userdata, const void *data, size_t size) {
        Keeper *k = userdata;
        int r;

        activity_output(&k->activity);
        if (!k->client)
                return;
        r = client_send(k->client, data, size);
        if (r >= 0)
                return;
        if (r == -ENOBUFS)
                log_info("A client read too slowly and was detached.");
        k->client = client_free(k->client);
        keeper_tell_changed(k);
}

static void on_drained(void *userdata) {
        Keeper *k = userdata;

        if (k->client)
                client_listen(k->client, true);
}

int keeper_watch_terminal(Keeper *k) {
        static const TerminalHandlers handlers = { .output = on_output, .drained = on_drained };

        return terminal_watch(k->terminal, k->event, &handlers, k);
}

static void on_client_input(void *userdata, const void *data, size_t size) {
        Keeper *k = userdata;

        if (!k->terminal || terminal_send(k->terminal, data, size) < 0)
                return;
        activity_input(&k->activity);
        if (!terminal_has_room(k->terminal))
                client_listen(k->client, false);
}

static void on_client_gone(void *userdata) {
        Keeper *k = userdata;

        k->client = client_free(k->client);
        if (k->state.phase == KEEPER_PHASE_ENDED)
                keeper_tell_end(k);
        else
                keeper_tell_changed(k);
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

static int resize(Keeper *k, uint32_t rows, uint32_t columns) {
        int r;

        r = terminal_resize(k->terminal, rows, columns);
        if (r < 0)
                return r;
        k->state.rows = rows;
        k->state.columns = columns;
        return keeper_save(k);
}

int keeper_attach(Keeper *k, int fd, uint32_t rows, uint32_t columns, Failure *failure) {
        static const ClientHandlers handlers = { .input = on_client_input, .gone = on_client_gone };
        Client *client;
        int r;

        r = check_attachable(k, failure);
        if (r != 0)
                return r;
        r = client_new(k->event, fd, &handlers, k, &client);
        if (r == -ENOTSOCK || r == -EPROTOTYPE)
                return failure_set(
                        failure, KEEPER_ERROR_FAILED, "To attach, a stream socket is needed. Give one.");
        if (r < 0)
                return r;
        (void) client_free(k->client);
        k->client = client;
        client_listen(client, terminal_has_room(k->terminal));
        if (rows > 0 && columns > 0) {
                r = resize(k, rows, columns);
                if (r < 0)
                        (void) log_warning_errno(r, "Could not give the terminal its client's size: %m");
        }
        return 0;
}

int keeper_resize(Keeper *k, uint32_t rows, uint32_t columns, Failure *failure) {
        int r;

        r = check_attachable(k, failure);
        if (r != 0)
                return r;
        r = resize(k, rows, columns);
        if (r == -EINVAL)
                return failure_set(failure, KEEPER_ERROR_FAILED,
                        "A terminal cannot have %u rows and %u columns. Give 1 to 65535 of each.", rows,
                        columns);
        return r;
}
