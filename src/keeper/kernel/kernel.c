/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A running kernel.
 *
 *      iopub     always connected; what it says is recorded. The connection outlives us: see stream-buffer.c
 *      shell     only for a kernel_info_request: is it ready, what is its language, did the rest come
 *                to its end
 *      control   only for what it is told to do
 *
 * A subscription is not acknowledged. So the kernel counts as ready when it answered a kernel_info_request,
 * and what it published about that request was heard. There is no heartbeat: a connection that stands tells
 * the same, and costs nothing while nobody does anything. */

#include <stdio.h>
#include <sys/socket.h>

#include "keeper/jupyter/kernel-socket.h"
#include "keeper/kernel/kernel.h"
#include "keeper/outputs/output-record.h"
#include "shared/log.h"

#define REQUEST_BUFFER_MAX KERNEL_MESSAGE_MAX
#define HEAR_TIMEOUT       (500 * USEC_PER_MSEC) /* to hear of the request that was answered */
#define ASK_AGAIN          (5 * USEC_PER_SEC)    /* without an answer */
#define DEAF_ATTEMPTS_MAX  4                     /* some kernels may not publish anything about it */
#define RECONNECT_USEC     (200 * USEC_PER_MSEC)

/* A connection for requests. */
typedef struct RequestSocket {
        Kernel *kernel;
        KernelSocket *socket;
        StreamBuffer *buffer;
        unsigned pending; /* requests without a reply */
} RequestSocket;

struct Kernel {
        sd_event *event;
        ConnectionInfo info;
        MessageKey *key;
        OutputLog *log;
        KernelState *state;
        const KernelHandlers *handlers;
        void *userdata;

        KernelSocket *iopub;
        StreamBuffer *iopub_buffer;
        sd_event_source *reconnect_timer;
        uint64_t n_invalid; /* messages in a row */
        bool lost;          /* something that was published may have been missed */

        RequestSocket shell, control;
        char asked[MESSAGE_ID_SIZE + 2]; /* the kernel_info_request's id, as JSON; "" = none is under way */
        bool heard, answered;
        unsigned deaf;
        sd_event_source *ask_timer;
};

static int kernel_ask(Kernel *k);
static int kernel_connect(Kernel *k);

int kernel_buffer_new(StreamBuffer **ret) {
        return stream_buffer_new(KERNEL_MESSAGE_MAX, ret);
}

int kernel_buffer_adopt(int fd, StreamBuffer **ret) {
        return stream_buffer_adopt(fd, KERNEL_MESSAGE_MAX, ret);
}

/* Requests */

static void request_socket_close(RequestSocket *s) {
        s->socket = kernel_socket_free(s->socket);
        s->buffer = stream_buffer_free(s->buffer);
        s->pending = 0;
}

static void on_request_gone(void *userdata, int error) {
        (void) error;
        request_socket_close(userdata);
}

static void on_request_connected(void *userdata) {
        (void) userdata;
}

static void on_request_oversized(void *userdata, uint64_t size, uint64_t position) {
        (void) userdata;
        (void) size;
        (void) position;
}

static int request_open(RequestSocket *s, ChannelType type, const KernelSocketHandlers *handlers) {
        int r;

        if (s->socket)
                return 0;
        r = stream_buffer_new(REQUEST_BUFFER_MAX, &s->buffer);
        if (r >= 0)
                r = kernel_socket_connect(s->kernel->event, &s->kernel->info.addresses[type],
                        KERNEL_SOCKET_DEALER, s->buffer, handlers, s, &s->socket);
        if (r < 0)
                request_socket_close(s);
        return r;
}

static int request_send(RequestSocket *s, const char *type, const char *content, JupyterRequest *request) {
        int r;

        r = jupyter_request_make(s->kernel->key, type, content, request);
        if (r >= 0)
                r = kernel_socket_send(s->socket, request->parts, request->n_parts);
        if (r >= 0)
                s->pending++;
        return r;
}

/* Ready? */

static void kernel_cancel_ask(Kernel *k) {
        k->asked[0] = 0;
        k->heard = k->answered = false;
        k->ask_timer = sd_event_source_disable_unref(k->ask_timer);
}

static void record_event(Kernel *k, OutputEvent event, const char *text) {
        const OutputNotice notice = { .event = event, .text = text, .size = strlen(text) };
        int r;

        r = output_record_notice(k->log, &notice);
        if (r < 0)
                (void) log_warning_errno(r, "Could not record what happened to the kernel: %m");
        else
                k->handlers->recorded(k->userdata);
}

/* If something was published while nobody listened, it shows: by what the kernel was busy with, or by what
 * it counts. */
static void note_loss(Kernel *k, bool lost) {
        if (!k->lost)
                return;
        k->lost = false;
        if (lost)
                record_event(k, OUTPUT_EVENT_OMITTED,
                        "The connection to the kernel was lost for a while; outputs may be missing.");
}

static void kernel_check_ready(Kernel *k) {
        bool first = !k->state->is_ready;

        if (!k->answered || !k->heard)
                return;
        kernel_cancel_ask(k);
        k->deaf = 0;
        if (k->state->stale)
                note_loss(k, true);
        if (kernel_state_ready(k->state, now_usec(CLOCK_REALTIME)))
                k->handlers->changed(k->userdata);
        if (first)
                k->handlers->ready(k->userdata);
}

static bool is_asked(const Kernel *k, JsonSpan id) {
        return k->asked[0] && id.size == strlen(k->asked) && memcmp(id.data, k->asked, id.size) == 0;
}

static int on_ask_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Kernel *k = userdata;
        bool answered = k->answered;

        (void) source;
        (void) usec;
        if (answered && ++k->deaf == DEAF_ATTEMPTS_MAX) {
                k->heard = true;
                kernel_check_ready(k);
                return 0;
        }
        /* The kernel may be busy for days: one question is enough, if it has it. */
        if (answered || !k->shell.socket)
                (void) kernel_ask(k);
        return 0;
}

static void kernel_arm_ask(Kernel *k, usec_t usec) {
        int r;

        k->ask_timer = sd_event_source_disable_unref(k->ask_timer);
        r = sd_event_add_time_relative(k->event, &k->ask_timer, CLOCK_MONOTONIC, usec, 0, on_ask_timer, k);
        if (r < 0)
                (void) log_warning_errno(r, "Could not set a timer: %m");
}

/* Keeps what the answer says apart from when it counts. */
static void kernel_take_answer(Kernel *k, JsonSpan content) {
        if (kernel_state_language(k->state, content) && k->state->is_ready)
                k->handlers->changed(k->userdata);
        k->answered = true;
        if (!k->heard)
                kernel_arm_ask(k, HEAR_TIMEOUT);
        kernel_check_ready(k);
}

static int on_shell_message(void *userdata, const MessagePart *parts, size_t n_parts, uint64_t position) {
        RequestSocket *s = userdata;
        Kernel *k = s->kernel;
        const char *reason;
        _cleanup_jupyter_message_ JupyterMessage m = {};

        (void) position;
        if (jupyter_message_read(k->key, parts, n_parts, &m, &reason) < 0 || !m.parent_id.data ||
                !is_asked(k, m.parent_id) || !streq(m.type, "kernel_info_reply"))
                return 0;
        kernel_take_answer(k, m.content);
        return -ENODATA;
}

/* The answer will not come. */
static void on_shell_gone(void *userdata, int error) {
        RequestSocket *s = userdata;

        on_request_gone(s, error);
        if (s->kernel->asked[0] && !s->kernel->answered)
                kernel_arm_ask(s->kernel, ASK_AGAIN);
}

static int kernel_ask(Kernel *k) {
        static const KernelSocketHandlers handlers = {
                .connected = on_request_connected,
                .message = on_shell_message,
                .oversized = on_request_oversized,
                .gone = on_shell_gone,
        };
        JupyterRequest request;
        int r;

        k->heard = k->answered = false;
        kernel_arm_ask(k, ASK_AGAIN);
        r = request_open(&k->shell, CHANNEL_SHELL, &handlers);
        if (r >= 0)
                r = request_send(&k->shell, "kernel_info_request", "{}", &request);
        if (r >= 0)
                (void) snprintf(k->asked, sizeof(k->asked), "\"%s\"", request.id);
        else
                (void) log_warning_errno(r, "Could not ask the kernel whether it is ready: %m");
        return r;
}

/* What it publishes */

static void record_omitted(Kernel *k, uint64_t size, uint64_t position) {
        static const char text[] = "One message of the kernel was too large to be kept.";
        const OutputNotice notice = {
                .event = OUTPUT_EVENT_OMITTED,
                .text = text,
                .size = strlen(text),
                .bytes = size,
                .origin = OUTPUT_ORIGIN_KERNEL,
                .position = position,
        };

        if (output_record_notice(k->log, &notice) > 0)
                k->handlers->recorded(k->userdata);
}

static void on_oversized(void *userdata, uint64_t size, uint64_t position) {
        record_omitted(userdata, size, position);
}

/* Whoever can write to the socket could fill the log with this: only the first, second, fourth, … in a row
 * are told. */
static void record_invalid(Kernel *k, const char *reason, uint64_t position) {
        char text[160];
        OutputNotice notice = {
                .event = OUTPUT_EVENT_INVALID,
                .text = text,
                .entries = ++k->n_invalid,
                .origin = OUTPUT_ORIGIN_KERNEL,
                .position = position,
        };

        if (k->n_invalid & (k->n_invalid - 1))
                return;
        (void) snprintf(text, sizeof(text), "A message was ignored: %s.", reason);
        notice.size = strlen(text);
        if (output_record_notice(k->log, &notice) > 0)
                k->handlers->recorded(k->userdata);
}

static void record_message(Kernel *k, const JupyterMessage *m, uint64_t position) {
        int r;

        if (!output_is_recorded(m->type))
                return;
        r = output_record_message(k->log, m, position);
        if (r == -EMSGSIZE)
                record_omitted(k, m->content.size, position);
        else if (r < 0)
                (void) log_warning_errno(r, "Could not record an output: %m");
        if (r != 0 && !streq(m->type, "execute_input"))
                k->handlers->output(k->userdata);
        if (r > 0)
                k->handlers->recorded(k->userdata);
}

static int on_published(void *userdata, const MessagePart *parts, size_t n_parts, uint64_t position) {
        Kernel *k = userdata;
        uint32_t count = k->state->execution_count;
        const char *reason;
        _cleanup_jupyter_message_ JupyterMessage m = {};
        bool changed;

        if (jupyter_message_read(k->key, parts, n_parts, &m, &reason) < 0) {
                record_invalid(k, reason, position);
                return 0;
        }
        k->n_invalid = 0;
        changed = kernel_state_message(k->state, &m, now_usec(CLOCK_REALTIME));
        if (streq(m.type, "execute_input"))
                note_loss(k, k->state->execution_count > count + 1);
        record_message(k, &m, position);
        if (streq(m.type, "status") && m.parent_id.data && request_is_activity(m.parent_type))
                k->handlers->input(k->userdata);
        if (changed)
                k->handlers->changed(k->userdata);
        if (m.parent_id.data && is_asked(k, m.parent_id)) {
                k->heard = true;
                kernel_check_ready(k);
        }
        return 0;
}

static void on_connected(void *userdata) {
        Kernel *k = userdata;

        k->handlers->connected(k->userdata, kernel_socket_fd(k->iopub));
        (void) kernel_ask(k);
}

static int on_reconnect(sd_event_source *source, uint64_t usec, void *userdata) {
        Kernel *k = userdata;

        (void) source;
        (void) usec;
        if (kernel_connect(k) < 0)
                (void) sd_event_source_set_time_relative(k->reconnect_timer, RECONNECT_USEC);
        return 0;
}

static void on_gone(void *userdata, int error) {
        Kernel *k = userdata;

        log_debug_errno(error, "The kernel closed its connection: %m");
        k->iopub = kernel_socket_free(k->iopub);
        k->handlers->connected(k->userdata, -EBADF);
        kernel_cancel_ask(k);
        request_socket_close(&k->shell);
        kernel_state_gap(k->state);
        k->lost = true;
        k->reconnect_timer = sd_event_source_disable_unref(k->reconnect_timer);
        (void) sd_event_add_time_relative(
                k->event, &k->reconnect_timer, CLOCK_MONOTONIC, RECONNECT_USEC, 0, on_reconnect, k);
}

static const KernelSocketHandlers iopub_handlers = {
        .connected = on_connected,
        .message = on_published,
        .oversized = on_oversized,
        .gone = on_gone,
};

static int kernel_connect(Kernel *k) {
        return kernel_socket_connect(k->event, &k->info.addresses[CHANNEL_IOPUB], KERNEL_SOCKET_SUB,
                k->iopub_buffer, &iopub_handlers, k, &k->iopub);
}

/* The whole */

Kernel *kernel_free(Kernel *k) {
        if (!k)
                return NULL;
        kernel_cancel_ask(k);
        sd_event_source_disable_unref(k->reconnect_timer);
        request_socket_close(&k->shell);
        request_socket_close(&k->control);
        kernel_socket_free(k->iopub);
        message_key_free(k->key);
        connection_info_done(&k->info);
        sd_event_unref(k->event);
        free(k);
        return NULL;
}

/* Takes the connection up that an earlier keeper had, or connects. */
static int kernel_take_up(Kernel *k, int fd) {
        _cleanup_close_ int owned = fd;
        int r;

        if (fd < 0)
                return kernel_connect(k);
        r = kernel_socket_adopt(k->event, fd, k->iopub_buffer, &iopub_handlers, k, &k->iopub);
        if (r < 0) {
                log_debug_errno(r, "Cannot take the connection up: %m");
                kernel_state_gap(k->state);
                k->lost = true;
                return kernel_connect(k);
        }
        (void) TAKE_FD(owned);
        return k->state->is_ready ? 0 : kernel_ask(k);
}

int kernel_new(sd_event *event, ConnectionInfo *info, StreamBuffer *buffer, OutputLog *log,
        KernelState *state, int fd, const KernelHandlers *handlers, void *userdata, Kernel **ret) {
        _cleanup_close_ int owned = fd;
        _cleanup_kernel_ Kernel *k = NULL;
        int r;

        k = malloc(sizeof(*k));
        if (!k)
                return -ENOMEM;
        *k = (Kernel){
                .event = sd_event_ref(event),
                .info = *info,
                .log = log,
                .state = state,
                .handlers = handlers,
                .userdata = userdata,
                .iopub_buffer = buffer,
                .shell.kernel = k,
                .control.kernel = k,
        };
        *info = (ConnectionInfo){};
        r = message_key_new(k->info.key, &k->key);
        if (r < 0)
                return r;
        r = kernel_take_up(k, TAKE_FD(owned));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(k);
        return 0;
}

static int on_control_message(void *userdata, const MessagePart *parts, size_t n_parts, uint64_t position) {
        RequestSocket *s = userdata;

        (void) parts;
        (void) n_parts;
        (void) position;
        return --s->pending == 0 ? -ENODATA : 0;
}

static int kernel_tell(Kernel *k, const char *type, const char *content) {
        static const KernelSocketHandlers handlers = {
                .connected = on_request_connected,
                .message = on_control_message,
                .oversized = on_request_oversized,
                .gone = on_request_gone,
        };
        JupyterRequest request;
        int r;

        r = request_open(&k->control, CHANNEL_CONTROL, &handlers);
        if (r < 0)
                return r;
        return request_send(&k->control, type, content, &request);
}

int kernel_interrupt(Kernel *k) {
        return kernel_tell(k, "interrupt_request", "{}");
}

int kernel_shutdown(Kernel *k, bool restart) {
        return kernel_tell(k, "shutdown_request", restart ? "{\"restart\":true}" : "{\"restart\":false}");
}

pid_t kernel_process(const Kernel *k) {
        struct ucred peer = {};
        socklen_t size = sizeof(peer);

        /* Of an ipc socket this is who listens: the kernel itself, whatever wrapper started it. */
        if (!k->iopub || getsockopt(kernel_socket_fd(k->iopub), SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return 0;
        return MAX(peer.pid, 0);
}

void kernel_hear(Kernel *k) {
        if (k->iopub)
                kernel_socket_hear(k->iopub);
}

void kernel_drain(Kernel *k) {
        if (k->iopub)
                kernel_socket_drain(k->iopub);
}
