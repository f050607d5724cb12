/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One attached client: a stream of raw bytes to and from whoever looks at the terminal. */

#include <systemd/sd-event.h>

#include "keeper/store/byte-queue.h"
#include "keeper/terminal/output-policy.h"
#include "keeper/vt/color-spec.h"
#include "shared/macros.h"

typedef struct Client Client;

typedef struct ClientHandlers {
        /* The client typed. The handler does not free it. */
        void (*input)(void *userdata, Client *c, const void *data, size_t size);
        /* Appends what the client is to see now; see audience_paint(). */
        int (*paint)(void *userdata, const Client *c, uint32_t scrollback, ByteQueue *out);
        /* Its terminal said that it has this colour; see client_ask(). */
        void (*reply)(void *userdata, Client *c, unsigned number, const ColorSpec *color);
        /* The client went away, or client_finish() is done. The handler frees it. */
        void (*gone)(void *userdata, Client *c);
} ClientHandlers;

typedef struct ClientOptions {
        char *name;             /* who it is, as the manager calls it; may be NULL */
        uint64_t within;        /* the number of the session that it is in, as the manager says; 0: none */
        uint32_t rows, columns; /* 0: it has no size that counts */
        uint32_t scrollback;    /* lines before the first picture */
        bool read_only;
        bool raw;        /* no pictures */
        bool input_only; /* it is shown nothing at all */
        bool foreign;    /* it is not the session's user */
        bool clipboard;  /* the program may set its clipboard */
} ClientOptions;

/* fd: a connected SOCK_STREAM socket, which becomes the client's on success. -ENOTSOCK, -EPROTOTYPE: it is
 * not one. The options are copied. */
int client_new(sd_event *event, int fd, const ClientOptions *options, const ClientHandlers *handlers,
        void *userdata, Client **ret);

/* Ends the stream. */
Client *client_free(Client *c);

const ClientOptions *client_options(const Client *c);
Viewer client_viewer(const Client *c);
void client_set_size(Client *c, uint32_t rows, uint32_t columns);

/* Shows its first picture. */
void client_welcome(Client *c);

/* Shows what was printed. Never blocks, and never keeps more than CLIENT_QUEUE_MAX for later: a client that
 * is too slow for that gets a picture when it can take bytes again. */
#define CLIENT_QUEUE_MAX (64U * 1024U)
void client_send(Client *c, const void *data, size_t size);

/* What it shows is no longer what it should (the terminal has another size): it gets a new picture. */
void client_repaint(Client *c);

/* Can its terminal be asked something now? Not one that may not type, that sees no pictures and so may be
 * none, or that did not answer. */
bool client_can_be_asked(const Client *c);
/* Asks its terminal for the colour of OSC number. reply is called once it answers. */
void client_ask(Client *c, unsigned number);
/* Nobody waits for that any more. silent: it did not answer, and is not asked again. May call input. */
void client_stop_asking(Client *c, bool silent);

/* Whether to read what the client types. */
void client_listen(Client *c, bool listen);

/* Stops listening; once everything that was sent has been taken, or the client went away, gone is called,
 * but never from here. Returns 1 if there is something to wait for, 0 if all has been taken already and gone
 * will not be called. */
int client_finish(Client *c);

DEFINE_CLEANUP(Client *, client_free);
#define _cleanup_client_ _cleanup_(client_free_pointer)
