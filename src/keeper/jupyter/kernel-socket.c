/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A connection to one of a kernel's ZeroMQ sockets.
 *
 *      WAITING -----> CONNECTING -----> GREETED? -----> READY? -----> OPEN ----> gone
 *         ^  a moment      |                |              |
 *         '----------------+----------------+--------------'   whatever fails
 */

#include <netinet/in.h>
#include <unistd.h>

#include "keeper/jupyter/kernel-socket.h"
#include "keeper/jupyter/zmtp.h"
#include "keeper/store/byte-queue.h"
#include "shared/fd.h"
#include "shared/log.h"
#include "shared/time-span.h"

#define QUEUE_MAX        (256U * 1024U)
#define PARTS_MAX        4096U /* of one message; what has more is not looked at */
#define COMMAND_MAX      4096U
#define ROUNDS_MAX       8U  /* reads before others have their turn */
#define HEAR_ROUNDS_MAX  64U /* more than a socket holds */
#define DRAIN_USEC       USEC_PER_SEC
#define RETRY_MIN        (5 * USEC_PER_MSEC)
#define RETRY_MAX        (100 * USEC_PER_MSEC)
#define RETRY_LATER      (5 * USEC_PER_SEC)
#define RETRY_LATER_FROM (2 * USEC_PER_MINUTE)

typedef enum Stage {
        STAGE_WAITING,
        STAGE_CONNECTING,
        STAGE_GREETING, /* ours is sent; waits for theirs */
        STAGE_READY,    /* waits for their READY */
        STAGE_OPEN,
} Stage;

struct KernelSocket {
        sd_event *event;
        KernelAddress address;
        KernelSocketType type;
        Stage stage;
        int fd;
        sd_event_source *source;
        sd_event_source *retry_timer;
        usec_t retry;
        usec_t begin; /* of trying */
        StreamBuffer *buffer;
        ByteQueue greeting; /* goes out first */
        ByteQueue output;
        const KernelSocketHandlers *handlers;
        void *userdata;
        bool drained; /* what was in the buffer has been looked at */
};

static void socket_disconnect(KernelSocket *s) {
        s->source = sd_event_source_disable_unref(s->source);
        s->fd = safe_close(s->fd);
        s->stage = STAGE_WAITING;
        byte_queue_clear(&s->greeting);
}

KernelSocket *kernel_socket_free(KernelSocket *s) {
        if (!s)
                return NULL;
        socket_disconnect(s);
        sd_event_source_disable_unref(s->retry_timer);
        byte_queue_clear(&s->output);
        sd_event_unref(s->event);
        free(s);
        return NULL;
}

int kernel_socket_fd(const KernelSocket *s) {
        return s->stage == STAGE_OPEN ? s->fd : -EBADF;
}

static void socket_update_events(KernelSocket *s) {
        uint32_t events = s->stage > STAGE_CONNECTING ? EPOLLIN : 0;

        if (!s->source)
                return;
        if (s->stage == STAGE_CONNECTING || s->greeting.size > 0 || !s->drained ||
                (s->stage == STAGE_OPEN && s->output.size > 0))
                events |= EPOLLOUT;
        (void) sd_event_source_set_io_events(s->source, events);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata);

static int socket_retry(KernelSocket *s) {
        usec_t now = now_usec(CLOCK_MONOTONIC);

        socket_disconnect(s);
        s->retry_timer = sd_event_source_disable_unref(s->retry_timer);
        if (now - s->begin > RETRY_LATER_FROM)
                s->retry = RETRY_LATER;
        else
                s->retry = s->retry == 0 ? RETRY_MIN : MIN(2 * s->retry, RETRY_MAX);
        return sd_event_add_time(s->event, &s->retry_timer, CLOCK_MONOTONIC, now + s->retry, 0, on_retry, s);
}

/* Connected at last: says hello. */
static int socket_greet(KernelSocket *s) {
        uint8_t greeting[ZMTP_GREETING_SIZE], ready[ZMTP_READY_SIZE_MAX];
        size_t size = zmtp_ready_put(ready, s->type == KERNEL_SOCKET_SUB ? "SUB" : "DEALER");
        int r;

        zmtp_greeting_put(greeting);
        r = byte_queue_append(&s->greeting, greeting, sizeof(greeting));
        if (r >= 0)
                r = byte_queue_append(&s->greeting, ready, size);
        if (r < 0)
                return r;
        s->stage = STAGE_GREETING;
        return 0;
}

/* A connection within 127.0.0.1 to a port that nobody has bound yet may happen to get that port for its own
 * end, and then is one with itself. */
static bool is_own_peer(int fd) {
        struct sockaddr_storage own = {}, peer = {};
        socklen_t own_size = sizeof(own), peer_size = sizeof(peer);

        return getsockname(fd, (struct sockaddr *) &own, &own_size) >= 0 &&
                getpeername(fd, (struct sockaddr *) &peer, &peer_size) >= 0 &&
                (own.ss_family == AF_INET || own.ss_family == AF_INET6) && own_size == peer_size &&
                memcmp(&own, &peer, own_size) == 0;
}

static int socket_check_connected(KernelSocket *s) {
        socklen_t size = sizeof(int);
        int error = 0;

        if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
                return -errno;
        if (error != 0)
                return -error;
        return is_own_peer(s->fd) ? -ECONNREFUSED : socket_greet(s);
}

static int on_socket(sd_event_source *source, int fd, uint32_t events, void *userdata);

static int socket_try(KernelSocket *s) {
        int r;

        stream_buffer_clear(s->buffer);
        s->fd = socket(s->address.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (s->fd < 0)
                return -errno;
        s->stage = STAGE_CONNECTING;
        if (connect(s->fd, (const struct sockaddr *) &s->address.address, s->address.size) >= 0)
                r = socket_check_connected(s);
        else
                r = errno == EINPROGRESS ? 0 : -errno;
        if (r < 0)
                return r;
        r = sd_event_add_io(s->event, &s->source, s->fd, EPOLLOUT, on_socket, s);
        if (r < 0)
                return r;
        socket_update_events(s);
        return 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        KernelSocket *s = userdata;
        int r;

        (void) source;
        (void) usec;
        if (socket_try(s) < 0) {
                r = socket_retry(s);
                if (r < 0)
                        s->handlers->gone(s->userdata, r);
        }
        return 0;
}

static int socket_new(sd_event *event, StreamBuffer *buffer, const KernelSocketHandlers *handlers,
        void *userdata, KernelSocket **ret) {
        KernelSocket *s = malloc(sizeof(*s));

        if (!s)
                return -ENOMEM;
        *s = (KernelSocket){
                .event = sd_event_ref(event),
                .fd = -EBADF,
                .buffer = buffer,
                .greeting = { .max = QUEUE_MAX },
                .output = { .max = QUEUE_MAX },
                .handlers = handlers,
                .userdata = userdata,
                .begin = now_usec(CLOCK_MONOTONIC),
                .drained = true,
        };
        *ret = s;
        return 0;
}

int kernel_socket_connect(sd_event *event, const KernelAddress *address, KernelSocketType type,
        StreamBuffer *buffer, const KernelSocketHandlers *handlers, void *userdata, KernelSocket **ret) {
        _cleanup_kernel_socket_ KernelSocket *s = NULL;
        int r;

        r = socket_new(event, buffer, handlers, userdata, &s);
        if (r < 0)
                return r;
        s->address = *address;
        s->type = type;
        if (socket_try(s) < 0) {
                r = socket_retry(s);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(s);
        return 0;
}

int kernel_socket_adopt(sd_event *event, int fd, StreamBuffer *buffer, const KernelSocketHandlers *handlers,
        void *userdata, KernelSocket **ret) {
        _cleanup_kernel_socket_ KernelSocket *s = NULL;
        int r;

        r = fd_make_nonblocking(fd);
        if (r < 0)
                return r;
        r = socket_new(event, buffer, handlers, userdata, &s);
        if (r < 0)
                return r;
        r = sd_event_add_io(event, &s->source, fd, EPOLLIN | EPOLLOUT, on_socket, s);
        if (r < 0)
                return r;
        s->stage = STAGE_OPEN;
        s->drained = false;
        s->fd = fd;
        *ret = TAKE_PTR(s);
        return 0;
}

static int queue_message(KernelSocket *s, const MessagePart *parts, size_t n_parts) {
        ByteQueue *q = &s->output;
        size_t total = 0;
        int r = 0;

        for (size_t i = 0; i < n_parts; i++)
                total += ZMTP_FRAME_HEADER_SIZE + parts[i].size;
        if (total > q->max - q->size)
                return -ENOBUFS;
        for (size_t i = 0; i < n_parts && r >= 0; i++) {
                uint8_t header[ZMTP_FRAME_HEADER_SIZE];

                r = byte_queue_append(q, header, zmtp_frame_put(header, parts[i].size, i + 1 < n_parts));
                if (r >= 0)
                        r = byte_queue_append(q, parts[i].data, parts[i].size);
        }
        return r;
}

int kernel_socket_send(KernelSocket *s, const MessagePart *parts, size_t n_parts) {
        int r;

        r = queue_message(s, parts, n_parts);
        if (r >= 0 && s->stage == STAGE_OPEN)
                r = byte_queue_write(&s->output, s->fd, /* is_socket= */ true);
        socket_update_events(s);
        return r;
}

static int socket_open(KernelSocket *s) {
        static const uint8_t subscribe_to_all = 1;
        const MessagePart part = { &subscribe_to_all, 1 };
        int r = 0;

        s->stage = STAGE_OPEN;
        if (s->type == KERNEL_SOCKET_SUB)
                r = kernel_socket_send(s, &part, 1);
        if (r < 0)
                return r;
        s->handlers->connected(s->userdata);
        return byte_queue_write(&s->output, s->fd, /* is_socket= */ true);
}

static int handle_command(KernelSocket *s, const uint8_t *data, size_t size) {
        if (s->stage != STAGE_READY)
                return 0; /* what later versions say to each other */
        if (!zmtp_command_is_ready(data, size))
                return -EPROTO;
        return socket_open(s);
}

/* Handles what comes next, if it is there: 1; 0: more must come first. */
static int handle_next(KernelSocket *s) {
        MessagePart parts[MESSAGE_PARTS_MAX];
        uint64_t position = stream_buffer_position(s->buffer);
        size_t size, n_parts = 0;
        const uint8_t *data = stream_buffer_data(s->buffer, &size);
        uint64_t offset = 0;
        int r;

        for (;;) {
                uint64_t begin, end;
                ZmtpFrame frame;

                r = offset < size ? zmtp_frame_read(data + offset, size - offset, &frame) : 0;
                if (r <= 0)
                        return r;
                begin = offset + frame.header_size;
                end = begin + frame.size;
                if (frame.command) {
                        if (n_parts > 0 || frame.size > COMMAND_MAX)
                                return -EPROTO;
                        if (end > size)
                                return 0;
                        r = handle_command(s, data + begin, frame.size);
                        stream_buffer_skip(s->buffer, end, false);
                        return r < 0 ? r : 1;
                }
                if (s->stage != STAGE_OPEN)
                        return -EPROTO;
                if (stream_buffer_mark(s->buffer)) {
                        /* Of a message that is too large; that has been told. */
                        stream_buffer_skip(s->buffer, end, frame.more);
                        return 1;
                }
                if (end > stream_buffer_max(s->buffer) || n_parts == PARTS_MAX) {
                        s->handlers->oversized(s->userdata, end, position);
                        stream_buffer_skip(s->buffer, end, frame.more);
                        return 1;
                }
                if (end > size)
                        return 0;
                if (n_parts < ELEMENTSOF(parts))
                        parts[n_parts] = (MessagePart){ data + begin, frame.size };
                n_parts++;
                offset = end;
                if (!frame.more)
                        break;
        }
        r = s->handlers->message(s->userdata, parts, MIN(n_parts, ELEMENTSOF(parts)), position);
        stream_buffer_skip(s->buffer, offset, false);
        return r < 0 ? r : 1;
}

static int handle_greeting(KernelSocket *s) {
        size_t size;
        const uint8_t *data = stream_buffer_data(s->buffer, &size);
        int r;

        r = zmtp_greeting_check(data, size);
        if (r <= 0)
                return r;
        stream_buffer_skip(s->buffer, ZMTP_GREETING_SIZE, false);
        s->stage = STAGE_READY;
        return 1;
}

static int handle_buffer(KernelSocket *s) {
        int r;

        do
                r = s->stage == STAGE_GREETING ? handle_greeting(s) : handle_next(s);
        while (r > 0);
        s->drained = true;
        return r;
}

/* Reads and handles up to so many times. 0: there may be more, -EAGAIN: there is no more now. */
static int socket_receive(KernelSocket *s, unsigned rounds) {
        ssize_t n;
        int r;

        r = handle_buffer(s);
        for (unsigned i = 0; r >= 0 && i < rounds; i++) {
                n = stream_buffer_read(s->buffer, s->fd);
                if (n <= 0)
                        return n < 0 ? (int) n : -ECONNRESET;
                r = handle_buffer(s);
        }
        return r;
}

static int socket_advance(KernelSocket *s, uint32_t events) {
        int r;

        if (s->stage == STAGE_CONNECTING) {
                r = socket_check_connected(s);
                if (r < 0)
                        return r;
        }
        r = byte_queue_write(&s->greeting, s->fd, /* is_socket= */ true);
        if (r >= 0 && s->stage == STAGE_OPEN)
                r = byte_queue_write(&s->output, s->fd, /* is_socket= */ true);
        /* What they said before they went is to be heard. */
        if (r >= 0 || (events & EPOLLIN) || !s->drained)
                r = socket_receive(s, ROUNDS_MAX);
        return r == -EAGAIN || r == -EINTR ? 0 : r;
}

static int on_socket(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        KernelSocket *s = userdata;
        int r;

        (void) source;
        (void) fd;
        r = socket_advance(s, events);
        if (r >= 0) {
                socket_update_events(s);
                return 0;
        }
        if (s->stage == STAGE_OPEN)
                s->handlers->gone(s->userdata, r);
        else {
                log_debug_errno(r, "The kernel does not listen yet: %m");
                r = socket_retry(s);
                if (r < 0)
                        s->handlers->gone(s->userdata, r);
        }
        return 0;
}

void kernel_socket_hear(KernelSocket *s) {
        if (s->stage == STAGE_OPEN)
                (void) socket_receive(s, HEAR_ROUNDS_MAX);
}

void kernel_socket_drain(KernelSocket *s) {
        usec_t end = now_usec(CLOCK_MONOTONIC) + DRAIN_USEC;
        int r;

        if (s->stage != STAGE_OPEN)
                return;
        do
                r = socket_receive(s, HEAR_ROUNDS_MAX);
        while (r >= 0 && now_usec(CLOCK_MONOTONIC) < end);
}
