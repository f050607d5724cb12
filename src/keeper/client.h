/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One attached client: a stream of raw bytes to and from whoever looks at the terminal. */

#include <systemd/sd-event.h>

#include "shared/macros.h"

/* What may wait for a client that reads slowly; beyond it the client is lost. */
#define CLIENT_QUEUE_MAX (4U * 1024U * 1024U)

typedef struct Client Client;

typedef struct ClientHandlers {
        /* The client typed. The handler does not free it. */
        void (*input)(void *userdata, const void *data, size_t size);
        /* The client went away, or client_finish() is done. The handler frees it. */
        void (*gone)(void *userdata);
} ClientHandlers;

/* fd: a connected SOCK_STREAM socket, which becomes the client's on success. -ENOTSOCK, -EPROTOTYPE: it is not one. */
int client_new(sd_event *event, int fd, const ClientHandlers *handlers, void *userdata, Client **ret);

/* Ends the stream. */
Client *client_free(Client *c);

/* Shows something. Never blocks. Negative if the client is lost (-ENOBUFS: it read too slowly): then free it. */
int client_send(Client *c, const void *data, size_t size);

/* Whether to read what the client types. */
void client_listen(Client *c, bool listen);

/* Stops listening; once everything that was sent has been taken, or the client went away, gone is called, but never
 * from here. Returns 1 if there is something to wait for, 0 if all has been taken already and gone will not be called. */
int client_finish(Client *c);

DEFINE_CLEANUP(Client *, client_free);
#define _cleanup_client_ _cleanup_(client_free_pointer)
