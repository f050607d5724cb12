/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A kernel in a process of its own, whose sockets are libzmq's: what it publishes is followed and recorded,
 * also by the successors of a process that follows it and is killed. */

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

#include "keeper/jupyter/jupyter-message.h"
#include "keeper/kernel/kernel.h"
#include "keeper/launch/connection-file.h"
#include "keeper/outputs/output-log.h"
#include "tests/unit/loop.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

/* The kernel */

typedef struct FakeKernel {
        void *context, *shell, *control, *iopub;
        MessageKey *key;
} FakeKernel;

/* What both sides look at. */
static struct Shared {
        volatile uint64_t printed;       /* numbers that the kernel printed */
        volatile bool print;             /* it is to print on */
        volatile unsigned cells;         /* that it is to execute */
        volatile unsigned executed;      /* of them, so far */
        volatile unsigned subscriptions; /* so far */
        volatile bool endless;           /* the cell does not end */
        volatile unsigned shutdowns;     /* that it was asked for */
        volatile unsigned interrupts;
        volatile int fd; /* of the follower's connection, in the follower */
} * shared;

static void *open_socket(FakeKernel *k, int type, const ConnectionInfo *info, ChannelType channel) {
        const struct sockaddr_un *sun = (const struct sockaddr_un *) &info->addresses[channel].address;
        void *socket = zmq_socket(k->context, type);
        char endpoint[200];

        (void) snprintf(endpoint, sizeof(endpoint), "ipc://%s", sun->sun_path);
        if (zmq_setsockopt(socket, ZMQ_SNDHWM, &(int){ 0 }, sizeof(int)) < 0 ||
                zmq_bind(socket, endpoint) < 0)
                _exit(3);
        return socket;
}

static void send_parts(void *socket, const MessagePart *parts, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (zmq_send(socket, parts[i].data, parts[i].size, i + 1 < n ? ZMQ_SNDMORE : 0) < 0)
                        _exit(4);
}

#define PART(s) ((MessagePart){ (s), strlen(s) })

/* first: the topic, or whom to answer. */
static void send_message(FakeKernel *k, void *socket, MessagePart first, const char *type,
        MessagePart parent, const char *content) {
        char header[128], signature[SIGNATURE_SIZE];
        MessagePart parts[] = { first, PART("<IDS|MSG>"), { signature, SIGNATURE_SIZE }, { header, 0 },
                parent, PART("{}"), PART(content) };

        (void) snprintf(header, sizeof(header), "{\"msg_id\":\"x\",\"msg_type\":\"%s\"}", type);
        parts[3].size = strlen(header);
        (void) message_key_sign(k->key, parts + 3, 4, signature);
        send_parts(socket, parts, ELEMENTSOF(parts));
}

static void publish(FakeKernel *k, const char *type, MessagePart parent, const char *content) {
        send_message(k, k->iopub, PART("topic"), type, parent, content);
}

/* Reads a request, and answers it. */
static void answer(FakeKernel *k, void *socket) {
        char parts[8][2048];
        size_t sizes[8] = {}, n = 0;
        int more = 1;
        MessagePart header, who;

        while (more && n < ELEMENTSOF(parts)) {
                size_t size = sizeof(more);
                int got = zmq_recv(socket, parts[n], sizeof(parts[n]), 0);

                if (got < 0)
                        _exit(5);
                sizes[n++] = (size_t) got;
                (void) zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
        }
        if (n != 7)
                _exit(6);
        who = (MessagePart){ parts[0], sizes[0] };
        header = (MessagePart){ parts[3], sizes[3] };
        publish(k, "status", header, "{\"execution_state\":\"busy\"}");
        if (memmem(header.data, header.size, "kernel_info_request", 19))
                send_message(k, socket, who, "kernel_info_reply", header,
                        "{\"language_info\":{\"name\":\"fake\"}}");
        else if (memmem(header.data, header.size, "interrupt_request", 17)) {
                shared->interrupts++;
                send_message(k, socket, who, "interrupt_reply", header, "{}");
        } else if (memmem(header.data, header.size, "shutdown_request", 16)) {
                shared->shutdowns++;
                send_message(k, socket, who, "shutdown_reply", header, "{}");
        }
        publish(k, "status", header, "{\"execution_state\":\"idle\"}");
}

static const char parent[] = "{\"msg_id\":\"cell\",\"msg_type\":\"execute_request\"}";

static void execute(FakeKernel *k) {
        char content[64];

        (void) snprintf(
                content, sizeof(content), "{\"code\":\"\",\"execution_count\":%u}", shared->executed + 1);
        publish(k, "status", PART(parent), "{\"execution_state\":\"busy\"}");
        publish(k, "execute_input", PART(parent), content);
        if (!shared->endless)
                publish(k, "status", PART(parent), "{\"execution_state\":\"idle\"}");
        shared->executed++;
}

/* Whoever subscribed is heard of once it counts: until then, what is published does not reach them. */
static void hear_of_subscribers(FakeKernel *k) {
        uint8_t message[8];

        while (zmq_recv(k->iopub, message, sizeof(message), ZMQ_DONTWAIT) > 0)
                shared->subscriptions += message[0] == 1;
}

static _Noreturn void run_kernel(const char *path) {
        _cleanup_connection_info_ ConnectionInfo info = {};
        Failure failure = {};
        FakeKernel k = { .context = zmq_ctx_new() };

        if (connection_info_read(path, &info, &failure) != 0 || message_key_new(info.key, &k.key) < 0)
                _exit(2);
        k.iopub = open_socket(&k, ZMQ_XPUB, &info, CHANNEL_IOPUB);
        if (zmq_setsockopt(k.iopub, ZMQ_XPUB_VERBOSE, &(int){ 1 }, sizeof(int)) < 0)
                _exit(4);
        k.shell = open_socket(&k, ZMQ_ROUTER, &info, CHANNEL_SHELL);
        k.control = open_socket(&k, ZMQ_ROUTER, &info, CHANNEL_CONTROL);
        for (;;) {
                zmq_pollitem_t items[] = {
                        { .socket = k.shell, .events = ZMQ_POLLIN },
                        { .socket = k.control, .events = ZMQ_POLLIN },
                        { .socket = k.iopub, .events = ZMQ_POLLIN },
                };
                char content[128];

                (void) zmq_poll(items, ELEMENTSOF(items), 1);
                if (items[0].revents)
                        answer(&k, k.shell);
                if (items[1].revents)
                        answer(&k, k.control);
                if (items[2].revents)
                        hear_of_subscribers(&k);
                if (shared->executed < shared->cells)
                        execute(&k);
                for (unsigned i = 0; shared->print && i < 50; i++) {
                        (void) snprintf(content, sizeof(content), "{\"name\":\"stdout\",\"text\":\"%llu\"}",
                                (unsigned long long) shared->printed + 1);
                        publish(&k, "stream", PART(parent), content);
                        shared->printed++;
                }
        }
}

/* Those who follow it */

static struct {
        char *folder, *path;
        pid_t kernel;
        sd_event *event;
        OutputLog *log;
        StreamBuffer *buffer;
        KernelState *state;
        unsigned ready, changed, recorded, input, output;
        int fd; /* what connected told */
} world;

static void on_connected(void *userdata, int fd) {
        (void) userdata;
        world.fd = fd;
        shared->fd = fd;
}

#define COUNTER(name)                           \
        static void on_##name(void *userdata) { \
                (void) userdata;                \
                world.name++;                   \
        }                                       \
        struct swallow_semicolon_

COUNTER(ready);
COUNTER(changed);
COUNTER(recorded);
COUNTER(input);
COUNTER(output);

static const KernelHandlers handlers = {
        .connected = on_connected,
        .ready = on_ready,
        .changed = on_changed,
        .recorded = on_recorded,
        .input = on_input,
        .output = on_output,
};

static void start_kernel(void) {
        world.kernel = fork();
        if (world.kernel == 0)
                run_kernel(world.path);
}

static void kill_kernel(void) {
        ck_assert_int_eq(kill(world.kernel, SIGKILL), 0);
        ck_assert_int_eq(waitpid(world.kernel, NULL, 0), world.kernel);
}

static void setup(void) {
        _cleanup_failure_ Failure failure = {};

        shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        ck_assert_ptr_ne(shared, MAP_FAILED);
        shared->fd = world.fd = -EBADF;
        world.folder = scratch_make();
        world.path = scratch_path(world.folder, "kernel-1.json");
        ck_assert_int_eq(connection_file_create(world.path, TRANSPORT_IPC, "fake", "/a.ipynb", &failure), 0);
        ck_assert_int_ge(sd_event_new(&world.event), 0);
        ck_assert_int_eq(output_log_new(OUTPUT_LOG_SIZE_DEFAULT, &world.log), 0);
        ck_assert_int_eq(kernel_buffer_new(&world.buffer), 0);
        world.state = output_log_annex(world.log);
        (void) kernel_state_start(world.state, 1);
}

static void teardown(void) {
        if (world.kernel > 0)
                kill_kernel();
        stream_buffer_free(world.buffer);
        output_log_free(world.log);
        sd_event_unref(world.event);
        free(world.path);
        scratch_remove(world.folder);
}

static Kernel *follow(int fd) {
        _cleanup_connection_info_ ConnectionInfo info = {};
        _cleanup_failure_ Failure failure = {};
        Kernel *k;

        ck_assert_int_eq(connection_info_read(world.path, &info, &failure), 0);
        ck_assert_int_eq(kernel_new(world.event, &info, world.buffer, world.log, world.state, fd, &handlers,
                                 NULL, &k),
                0);
        return k;
}

/* How many numbers are in the log; they are those from 1 on, in order, each once. */
static uint64_t check_numbers(const OutputLog *log) {
        uint64_t n = 0;

        for (uint64_t p = output_log_begin(log); p < output_log_end(log);) {
                OutputEntry entry = output_log_get(log, p);
                const char *text = memmem(entry.text, entry.size, "\"text\":\"", 8);

                if (memmem(entry.text, entry.size, "\"stream\"", 8)) {
                        ck_assert_uint_eq(strtoull(text + 8, NULL, 10), n + 1);
                        n++;
                }
                p = entry.next;
        }
        return n;
}

TEST(ready_and_asked) {
        Kernel *k;

        setup();
        k = follow(-EBADF);
        /* It is there before the kernel is. */
        for (int i = 0; i < 5; i++)
                ck_assert_int_ge(sd_event_run(world.event, 1000), 0);
        ck_assert_uint_eq(world.ready, 0);
        start_kernel();
        LOOP_UNTIL(world.event, world.ready == 1);
        ck_assert_int_ge(world.fd, 0);
        ck_assert_str_eq(world.state->language, "fake");
        ck_assert_uint_eq(world.state->status, KERNEL_STATUS_IDLE);
        ck_assert_uint_eq(world.input, 0);
        ck_assert_int_eq(kernel_interrupt(k), 0);
        ck_assert_int_eq(kernel_shutdown(k, false), 0);
        ck_assert_int_eq(kernel_shutdown(k, true), 0);
        LOOP_UNTIL(world.event, shared->shutdowns == 2 && shared->interrupts == 1);
        kernel_free(k);
        teardown();
}
END_TEST

TEST(records) {
        Kernel *k;

        setup();
        start_kernel();
        k = follow(-EBADF);
        LOOP_UNTIL(world.event, world.ready == 1);
        shared->print = true;
        LOOP_UNTIL(world.event, shared->printed > 2000);
        shared->print = false;
        LOOP_UNTIL(world.event, check_numbers(world.log) == shared->printed);
        ck_assert_uint_ge(world.recorded, 2000);
        ck_assert_uint_ge(world.output, 2000);
        ck_assert_uint_eq(world.input, 0);
        kernel_free(k);
        teardown();
}
END_TEST

/* Who asks is not answered with less than what has come, though the loop had no turn. */
TEST(hears_what_is_there) {
        usec_t end;
        Kernel *k;

        setup();
        start_kernel();
        k = follow(-EBADF);
        LOOP_UNTIL(world.event, world.ready == 1);
        shared->print = true;
        end = now_usec(CLOCK_MONOTONIC) + 30 * USEC_PER_SEC;
        while (shared->printed < 100)
                ck_assert_uint_lt(now_usec(CLOCK_MONOTONIC), end);
        shared->print = false;
        while (check_numbers(world.log) < shared->printed) {
                ck_assert_uint_lt(now_usec(CLOCK_MONOTONIC), end);
                kernel_hear(k);
        }
        kernel_free(k);
        teardown();
}
END_TEST

/* How many numbers have come in full into the socket of the connection, which nobody has read. */
static uint64_t count_unread_numbers(void) {
        static char unread[1024 * 1024];
        const char *p = unread;
        uint64_t n = 0;
        ssize_t size;

        size = recv(world.fd, unread, sizeof(unread), MSG_PEEK | MSG_DONTWAIT);
        ck_assert_int_lt(size, sizeof(unread));
        for (;;) {
                p = size > 0 ? memmem(p, (size_t) (unread + size - p), "\"text\":\"", 8) : NULL;
                if (!p || !memmem(p, (size_t) (unread + size - p), "\"}", 2))
                        return n;
                p += 8;
                n++;
        }
}

/* What it did not come to write is lost with it, and nothing else. */
TEST(all_that_a_killed_kernel_wrote) {
        uint64_t n;
        usec_t end;
        Kernel *k;

        setup();
        start_kernel();
        k = follow(-EBADF);
        LOOP_UNTIL(world.event, world.ready == 1);
        end = now_usec(CLOCK_MONOTONIC) + 30 * USEC_PER_SEC;
        shared->print = true;
        while (count_unread_numbers() < 100)
                ck_assert_uint_lt(now_usec(CLOCK_MONOTONIC), end);
        kill_kernel();
        n = count_unread_numbers();
        kernel_drain(k);
        ck_assert_uint_ge(n, 100);
        ck_assert_uint_eq(check_numbers(world.log), n);
        kernel_free(k);
        world.kernel = 0;
        teardown();
}
END_TEST

TEST(another_kernel_in_its_place) {
        Kernel *k;

        setup();
        start_kernel();
        k = follow(-EBADF);
        LOOP_UNTIL(world.event, world.ready == 1);
        kill_kernel();
        LOOP_UNTIL(world.event, world.fd < 0);
        (void) kernel_state_start(world.state, 2);
        start_kernel();
        LOOP_UNTIL(world.event, world.ready == 2 && world.fd >= 0);
        kernel_free(k);
        teardown();
}
END_TEST

/* How many notices there are that outputs may be missing. */
static unsigned count_omitted(const OutputLog *log) {
        unsigned n = 0;

        for (uint64_t p = output_log_begin(log); p < output_log_end(log);) {
                OutputEntry entry = output_log_get(log, p);

                n += memmem(entry.text, entry.size, "\"event\":\"omitted\"", 17) != NULL;
                p = entry.next;
        }
        return n;
}

/* Breaks the connection of a kernel that goes on, has it do something before there is another, and waits for
 * that. */
static void break_connection(unsigned cells) {
        unsigned subscriptions = shared->subscriptions;
        int fd = world.fd;

        ck_assert_int_eq(shutdown(fd, SHUT_RDWR), 0);
        shared->cells += cells;
        while (shared->executed < shared->cells)
                (void) poll(NULL, 0, 1);
        LOOP_UNTIL(world.event, world.fd < 0);
        LOOP_UNTIL(world.event, world.fd >= 0 && shared->subscriptions > subscriptions);
}

TEST(connection_that_breaks) {
        Kernel *k;

        setup();
        start_kernel();
        k = follow(-EBADF);
        LOOP_UNTIL(world.event, world.ready == 1);
        shared->cells = 1;
        LOOP_UNTIL(
                world.event, world.state->execution_count == 1 && world.state->status == KERNEL_STATUS_IDLE);

        /* Nothing was published meanwhile: nothing is told. */
        break_connection(0);
        shared->cells++;
        LOOP_UNTIL(
                world.event, world.state->execution_count == 2 && world.state->status == KERNEL_STATUS_IDLE);
        ck_assert_uint_eq(count_omitted(world.log), 0);

        /* A whole cell was executed: the next one's count tells. */
        break_connection(1);
        ck_assert_uint_eq(count_omitted(world.log), 0);
        shared->cells++;
        LOOP_UNTIL(world.event, count_omitted(world.log) == 1);
        ck_assert_uint_eq(world.state->execution_count, 4);

        /* A cell's end may have been missed: so may what it put out. */
        shared->endless = true;
        shared->cells++;
        LOOP_UNTIL(world.event, world.state->status == KERNEL_STATUS_BUSY);
        break_connection(0);
        LOOP_UNTIL(world.event, count_omitted(world.log) == 2);
        ck_assert_uint_eq(world.ready, 1);
        kernel_free(k);
        teardown();
}
END_TEST

static _Noreturn void run_follower(int fd) {
        (void) follow(fd);
        (void) sd_event_loop(world.event);
        _exit(1);
}

/* As keepers do it, but that the connection goes from one to the next through our hands. */
TEST(followers_killed_at_any_moment) {
        StreamBuffer *buffer_before;
        OutputLog *log_before;
        uint64_t n = 0;
        int fd;
        Kernel *k;

        setup();
        start_kernel();
        k = follow(-EBADF);
        LOOP_UNTIL(world.event, world.ready == 1);
        fd = dup(world.fd);
        ck_assert_int_ge(fd, 0);
        shared->print = true;
        for (unsigned i = 0; i < 30; i++) {
                OutputLog *log = NULL;
                StreamBuffer *buffer = NULL;
                pid_t pid;

                pid = fork();
                if (pid == 0) {
                        /* A loop cannot be taken into a child. */
                        world.event = NULL;
                        if (sd_event_new(&world.event) < 0 ||
                                output_log_adopt(dup(output_log_fd(world.log)), &log) < 0 ||
                                kernel_buffer_adopt(dup(stream_buffer_fd(world.buffer)), &buffer) < 0)
                                _exit(2);
                        world.log = log;
                        world.buffer = buffer;
                        world.state = output_log_annex(log);
                        run_follower(fd);
                }
                if (i == 0)
                        k = kernel_free(k);
                for (unsigned turns = 0; turns < 10000; turns++) {
                        ck_assert_int_eq(output_log_adopt(dup(output_log_fd(world.log)), &log), 0);
                        if (output_log_next_seq(log) > n + 100 + i * 13)
                                break;
                        output_log_free(TAKE_PTR(log));
                        (void) poll(NULL, 0, 1);
                }
                ck_assert_ptr_nonnull(log);
                n = output_log_next_seq(log);
                output_log_free(log);
                ck_assert_int_eq(kill(pid, SIGKILL), 0);
                ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        }
        shared->print = false;

        log_before = world.log;
        buffer_before = world.buffer;
        ck_assert_int_eq(output_log_adopt(dup(output_log_fd(log_before)), &world.log), 0);
        ck_assert_int_eq(kernel_buffer_adopt(dup(stream_buffer_fd(buffer_before)), &world.buffer), 0);
        output_log_free(log_before);
        stream_buffer_free(buffer_before);
        world.state = output_log_annex(world.log);
        k = follow(fd);
        LOOP_UNTIL(world.event, check_numbers(world.log) == shared->printed);
        ck_assert_uint_gt(shared->printed, 3000);
        kernel_free(k);
        teardown();
}
END_TEST

TEST_MAIN(ready_and_asked, records, hears_what_is_there, all_that_a_killed_kernel_wrote,
        another_kernel_in_its_place, connection_that_breaks, followers_killed_at_any_moment);
