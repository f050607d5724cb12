/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The manager's way to the keeper. */

#include <inttypes.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/store/control.h"
#include "shared/fd.h"
#include "shared/log.h"

struct Control {
        sd_event *event;
        int listen_fd;
        uid_t manager_uid; /* of whoever called listen() */
        sd_event_source *listen_source;
        int connection_fd;
        sd_event_source *connection_source;
        ControlHandler handler;
        void *userdata;
};

static void control_drop(Control *c) {
        c->connection_source = sd_event_source_disable_unref(c->connection_source);
        c->connection_fd = safe_close(c->connection_fd);
}

Control *control_free(Control *c) {
        if (!c)
                return NULL;
        control_drop(c);
        sd_event_source_disable_unref(c->listen_source);
        (void) safe_close(c->listen_fd);
        sd_event_unref(c->event);
        free(c);
        return NULL;
}

static int socket_option(int fd, int option, int *ret) {
        socklen_t size = sizeof(*ret);

        return getsockopt(fd, SOL_SOCKET, option, ret, &size) < 0 ? -errno : 0;
}

static int socket_peer_uid(int fd, uid_t *ret) {
        struct ucred credentials;
        socklen_t size = sizeof(credentials);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
                return -errno;
        *ret = credentials.uid;
        return 0;
}

int control_is_listening(int fd) {
        int type, accepting;

        if (socket_option(fd, SO_TYPE, &type) < 0 || socket_option(fd, SO_ACCEPTCONN, &accepting) < 0)
                return 0;
        return type == SOCK_SEQPACKET && accepting;
}

/* Reads one message and handles it. Negative: the connection is over. */
static int control_receive(Control *c) {
        _cleanup_free_ void *buffer = NULL;
        _cleanup_(wire_ancillary_done) WireAncillary ancillary = WIRE_ANCILLARY_NULL;
        WireMessage message;
        ssize_t n;
        int r;

        /* Messages are rare: between them this memory is not ours. */
        buffer = malloc(WIRE_MESSAGE_MAX);
        if (!buffer)
                return -ENOMEM;
        n = wire_receive(c->connection_fd, buffer, WIRE_MESSAGE_MAX, &ancillary);
        if (n == -EAGAIN || n == -EINTR)
                return 0;
        if (n < 0)
                return (int) n;
        if (n == 0)
                return -ENOTCONN;
        r = wire_parse(buffer, (size_t) n, &message);
        if (r < 0)
                return r;
        return c->handler(c->userdata, &message, &ancillary);
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Control *c = userdata;
        int r;

        (void) source;
        (void) events;
        r = control_receive(c);
        if (r >= 0)
                return 0;
        if (r == -ENOTCONN || r == -ECONNRESET)
                log_debug("The manager closed its connection.");
        else
                log_warning_errno(r, "Dropped the manager's connection: %m");
        /* The handler may have dropped it already. */
        if (c->connection_fd == fd)
                control_drop(c);
        return 0;
}

static int control_accept(Control *c) {
        _cleanup_close_ int fd = -EBADF;
        uid_t uid = (uid_t) -1;
        int r;

        fd = accept4(c->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
                return -errno;
        r = socket_peer_uid(fd, &uid);
        if (r < 0)
                return r;
        if (uid != c->manager_uid) {
                log_warning("Refused a connection of uid %" PRIu32 ".", (uint32_t) uid);
                return 0;
        }
        control_drop(c);
        r = sd_event_add_io(c->event, &c->connection_source, fd, EPOLLIN, on_connection, c);
        if (r < 0)
                return r;
        c->connection_fd = TAKE_FD(fd);
        return 0;
}

static int on_listen(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        int r;

        (void) source;
        (void) fd;
        (void) events;
        r = control_accept(userdata);
        if (r < 0 && r != -EAGAIN && r != -ECONNABORTED && r != -EINTR)
                log_warning_errno(r, "Could not accept a connection: %m");
        return 0;
}

int control_new(sd_event *event, int listen_fd, ControlHandler handler, void *userdata, Control **ret) {
        _cleanup_control_ Control *c = NULL;
        uid_t uid = (uid_t) -1;
        int r;

        if (!control_is_listening(listen_fd))
                return -EPROTOTYPE;
        r = socket_peer_uid(listen_fd, &uid);
        if (r < 0)
                return r;
        r = fd_make_nonblocking(listen_fd);
        if (r < 0)
                return r;

        c = malloc(sizeof(*c));
        if (!c)
                return -ENOMEM;
        *c = (Control){
                .event = sd_event_ref(event),
                .listen_fd = -EBADF,
                .manager_uid = uid,
                .connection_fd = -EBADF,
                .handler = handler,
                .userdata = userdata,
        };
        r = sd_event_add_io(event, &c->listen_source, listen_fd, EPOLLIN, on_listen, c);
        if (r < 0)
                return r;
        c->listen_fd = listen_fd;
        *ret = TAKE_PTR(c);
        return 0;
}

int control_connection(const Control *c) {
        return c->connection_fd;
}

void control_send(Control *c, const WireWriter *w, const int *fds, size_t n_fds) {
        int r;

        if (c->connection_fd < 0)
                return;
        r = wire_send(c->connection_fd, w, fds, n_fds);
        if (r >= 0)
                return;
        if (r == -EPIPE || r == -ECONNRESET)
                log_debug("The manager closed its connection.");
        else
                log_warning_errno(r, "Dropped the manager's connection, which took no message: %m");
        control_drop(c);
}
