/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One attached client. */

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/byte-queue.h"
#include "keeper/client.h"
#include "keeper/terminal.h"

struct Client {
        int fd;
        ByteQueue output;
        sd_event_source *source;
        const ClientHandlers *handlers;
        void *userdata;
        bool listening;
        bool finishing;
};

Client *client_free(Client *c) {
        if (!c)
                return NULL;
        sd_event_source_disable_unref(c->source);
        byte_queue_clear(&c->output);
        /* Others may hold the descriptor too; the stream is to end all the same. */
        (void) shutdown(c->fd, SHUT_RDWR);
        (void) safe_close(c->fd);
        free(c);
        return NULL;
}

/* A client that is not listened to and has nothing to take is watched for its end only. */
static void client_update_events(Client *c) {
        uint32_t events = 0;

        if (c->listening)
                events |= EPOLLIN;
        if (c->output.size > 0)
                events |= EPOLLOUT;
        (void) sd_event_source_set_io_events(c->source, events);
}

/* Returns negative if the client is gone. */
static int client_read(Client *c) {
        uint8_t buffer[TERMINAL_INPUT_MAX];
        ssize_t n;

        n = recv(c->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n <= 0)
                return n < 0 ? -errno : -EPIPE;
        c->handlers->input(c->userdata, buffer, (size_t) n);
        return 0;
}

static int on_stream(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Client *c = userdata;
        int r = 0;

        (void) source;
        (void) fd;
        if (events & EPOLLOUT)
                r = byte_queue_write(&c->output, c->fd, /* is_socket= */ true);
        if (r >= 0 && c->finishing && c->output.size == 0)
                r = -ENODATA;
        /* A client that hung up while it is not listened to: nothing it typed can be typed any more. */
        if (r >= 0 && !c->listening && (events & (EPOLLHUP | EPOLLERR)))
                r = -EPIPE;
        if (r >= 0 && c->listening && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                r = client_read(c);
        if (r < 0)
                c->handlers->gone(c->userdata);
        else
                client_update_events(c);
        return 0;
}

int client_new(sd_event *event, int fd, const ClientHandlers *handlers, void *userdata, Client **ret) {
        int type, flags, r;
        socklen_t size = sizeof(type);
        Client *c;

        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
                return -errno;
        if (type != SOCK_STREAM)
                return -EPROTOTYPE;
        flags = fcntl(fd, F_GETFL);
        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
                return -errno;

        c = malloc(sizeof(*c));
        if (!c)
                return -ENOMEM;
        *c = (Client){
                .fd = fd,
                .output = { .max = CLIENT_QUEUE_MAX },
                .handlers = handlers,
                .userdata = userdata,
                .listening = true,
        };
        r = sd_event_add_io(event, &c->source, fd, EPOLLIN, on_stream, c);
        if (r < 0) {
                free(c);
                return r;
        }
        *ret = c;
        return 0;
}

int client_send(Client *c, const void *data, size_t size) {
        const uint8_t *p = data;
        int r;

        /* Straight into the socket as long as nothing waits before it: no copy for a client that keeps up. */
        while (c->output.size == 0 && size > 0) {
                ssize_t n;

                n = send(c->fd, p, size, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN)
                        break;
                if (n < 0)
                        return -errno;
                p += n;
                size -= (size_t) n;
        }
        r = byte_queue_append(&c->output, p, size);
        if (r < 0)
                return r;
        client_update_events(c);
        return 0;
}

void client_listen(Client *c, bool listen) {
        c->listening = listen && !c->finishing;
        client_update_events(c);
}

int client_finish(Client *c) {
        c->finishing = true;
        client_listen(c, false);
        return c->output.size > 0;
}
