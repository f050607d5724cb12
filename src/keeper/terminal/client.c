/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One attached client.
 *
 *              it cannot take what was printed, or is to be repainted
 *      LIVE ---------------------------------------------------------> BEHIND
 *       ^   what is printed goes to it                                  |   what is printed goes nowhere;
 *       |                                                               |   when it has taken all, it gets a
 *       '---------------------------------------------------------------'   picture of what is there then
 *                     it took a whole picture, and nothing was printed since
 *
 * So a client sees everything if it is fast, whole pictures if it is not, and what is kept for it is bounded
 * either way. A raw client gets no pictures: it misses what it could not take. */

#include <sys/socket.h>
#include <unistd.h>

#include <stdio.h>

#include "keeper/terminal/client.h"
#include "keeper/terminal/replies.h"
#include "keeper/terminal/terminal.h"
#include "shared/fd.h"
#include "shared/log.h"

#define PICTURE_MAX   (64U * 1024U * 1024U)
#define SOCKET_BUFFER (64 * 1024) /* what is in it can no longer be taken back when a client is slow */

struct Client {
        int fd;
        ClientOptions options;
        ByteQueue output;
        Replies replies;
        bool silent; /* its terminal does not answer */
        sd_event_source *source;
        const ClientHandlers *handlers;
        void *userdata;
        bool listening;
        bool finishing;
        bool behind;
        bool stale; /* behind, and something was printed since its last picture */
        bool broken;
};

Client *client_free(Client *c) {
        if (!c)
                return NULL;
        sd_event_source_disable_unref(c->source);
        byte_queue_clear(&c->output);
        /* Others may hold the descriptor too; the stream is to end all the same. */
        (void) shutdown(c->fd, SHUT_RDWR);
        (void) safe_close(c->fd);
        free(c->options.name);
        free(c);
        return NULL;
}

const ClientOptions *client_options(const Client *c) {
        return &c->options;
}

Viewer client_viewer(const Client *c) {
        const ClientOptions *o = &c->options;

        if (o->foreign)
                return o->read_only ? VIEWER_FOREIGN_READER : VIEWER_FOREIGN;
        if (o->read_only)
                return VIEWER_READER;
        return o->clipboard ? VIEWER_OWNER_CLIPBOARD : VIEWER_OWNER;
}

void client_set_size(Client *c, uint32_t rows, uint32_t columns) {
        c->options.rows = rows;
        c->options.columns = columns;
}

/* A client that is not listened to and has nothing to take is watched for its end only. */
static void client_update_events(Client *c) {
        uint32_t events = 0;

        if (c->listening)
                events |= EPOLLIN;
        if (c->output.size > 0 || c->stale || c->broken)
                events |= EPOLLOUT;
        (void) sd_event_source_set_io_events(c->source, events);
}

static void on_reply(void *userdata, unsigned number, const ColorSpec *color) {
        Client *c = userdata;

        c->silent = false;
        c->handlers->reply(c->userdata, c, number, color);
}

/* Returns negative if the client is gone. */
static int client_read(Client *c) {
        uint8_t buffer[TERMINAL_INPUT_MAX];
        size_t size;
        ssize_t n;

        n = recv(c->fd, buffer, sizeof(buffer) - REPLY_HELD_MAX, MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n <= 0)
                return n < 0 ? -errno : -EPIPE;
        if (c->options.read_only)
                return 0;
        size = replies_take(&c->replies, buffer, (size_t) n, on_reply, c);
        if (size > 0)
                c->handlers->input(c->userdata, c, buffer, size);
        return 0;
}

bool client_can_be_asked(const Client *c) {
        const ClientOptions *o = &c->options;

        return !o->read_only && !o->raw && !o->input_only && !o->foreign && o->rows > 0 && !c->behind &&
                !c->broken && !c->finishing && !c->silent;
}

void client_ask(Client *c, unsigned number) {
        char question[16];

        snprintf(question, sizeof(question), "\x1b]%u;?\x1b\\", number);
        replies_expect(&c->replies, number);
        client_send(c, question, strlen(question));
}

void client_stop_asking(Client *c, bool silent) {
        uint8_t held[REPLY_HELD_MAX];
        size_t n = replies_give_up(&c->replies, held);

        c->silent = silent;
        if (n > 0)
                c->handlers->input(c->userdata, c, held, n);
}

/* Queues a picture of what is there now. */
static int client_paint(Client *c, uint32_t scrollback) {
        int r;

        c->stale = false;
        c->output.max = PICTURE_MAX;
        r = c->handlers->paint(c->userdata, c, scrollback, &c->output);
        c->output.max = CLIENT_QUEUE_MAX;
        return r;
}

/* Goes on with a client that can take bytes. Negative if it is gone. */
static int client_advance(Client *c) {
        int r;

        for (;;) {
                r = byte_queue_write(&c->output, c->fd, /* is_socket= */ true);
                if (r < 0 || c->output.size > 0)
                        return r;
                byte_queue_clear(&c->output);
                if (!c->behind)
                        return 0;
                if (!c->stale || c->options.raw) {
                        c->behind = c->stale = false;
                        return 0;
                }
                r = client_paint(c, 0);
                if (r < 0)
                        return r;
        }
}

static int on_stream(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Client *c = userdata;
        int r = c->broken ? -EPIPE : 0;

        (void) source;
        (void) fd;
        if (r >= 0 && (events & EPOLLOUT))
                r = client_advance(c);
        if (r >= 0 && c->finishing && c->output.size == 0)
                r = -ENODATA;
        /* A client that hung up while it is not listened to: nothing it typed can be typed any more. */
        if (r >= 0 && !c->listening && (events & (EPOLLHUP | EPOLLERR)))
                r = -EPIPE;
        if (r >= 0 && c->listening && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                r = client_read(c);
        if (r < 0)
                c->handlers->gone(c->userdata, c);
        else
                client_update_events(c);
        return 0;
}

int client_new(sd_event *event, int fd, const ClientOptions *options, const ClientHandlers *handlers,
        void *userdata, Client **ret) {
        Client *c;
        int r;

        r = fd_check_socket(fd, SOCK_STREAM);
        if (r < 0)
                return r;
        r = fd_make_nonblocking(fd);
        if (r < 0)
                return r;
        (void) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){ SOCKET_BUFFER }, sizeof(int));

        c = malloc(sizeof(*c));
        if (!c)
                return -ENOMEM;
        *c = (Client){
                .fd = fd,
                .options = *options,
                .output = { .max = CLIENT_QUEUE_MAX },
                .handlers = handlers,
                .userdata = userdata,
                .listening = true,
        };
        c->options.name = options->name ? strdup(options->name) : NULL;
        r = options->name && !c->options.name
                ? -ENOMEM
                : sd_event_add_io(event, &c->source, fd, EPOLLIN, on_stream, c);
        if (r < 0) {
                free(c->options.name);
                free(c);
                return r;
        }
        *ret = c;
        return 0;
}

/* Found out while it cannot be freed: the loop will. */
static void client_break(Client *c) {
        byte_queue_clear(&c->output);
        c->broken = true;
}

/* What is on its way to it is of no use any more, beyond what the kernel has. */
static void client_fall_behind(Client *c) {
        byte_queue_clear(&c->output);
        c->behind = c->stale = true;
}

void client_welcome(Client *c) {
        if (c->options.raw)
                return;
        c->behind = true;
        if (client_paint(c, c->options.scrollback) < 0 || client_advance(c) < 0)
                client_break(c);
        client_update_events(c);
}

void client_send(Client *c, const void *data, size_t size) {
        const uint8_t *p = data;

        if (c->broken || c->options.input_only)
                return;
        if (c->behind) {
                c->stale = true;
                return;
        }
        /* Straight into the socket as long as nothing waits before it: no copy for a client that keeps
         * up. */
        while (c->output.size == 0 && size > 0) {
                ssize_t n = send(c->fd, p, size, MSG_DONTWAIT | MSG_NOSIGNAL);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno != EAGAIN)
                        client_break(c);
                if (n < 0)
                        break;
                p += n;
                size -= (size_t) n;
        }
        if (size > 0 && !c->broken && byte_queue_append(&c->output, p, size) < 0)
                client_fall_behind(c);
        client_update_events(c);
}

void client_repaint(Client *c) {
        if (c->options.raw || c->broken)
                return;
        /* A picture that is on its way is taken to its end, since half of one is worth nothing. */
        if (!c->behind)
                client_fall_behind(c);
        c->stale = true;
        client_update_events(c);
}

void client_listen(Client *c, bool listen) {
        c->listening = listen && !c->finishing;
        client_update_events(c);
}

int client_finish(Client *c) {
        if (c->stale && !c->broken && client_advance(c) < 0)
                client_break(c);
        c->finishing = true;
        client_listen(c, false);
        return (c->output.size > 0 || c->stale) && !c->broken;
}
