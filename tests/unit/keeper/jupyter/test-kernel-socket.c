/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connections to sockets of libzmq, and to what is no such socket. */

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "keeper/jupyter/kernel-socket.h"
#include "keeper/jupyter/zmtp.h"
#include "tests/unit/loop.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test-main.h"

#define PART(s) ((MessagePart){ (s), sizeof(s) - 1 })

static struct {
        sd_event *event;
        char *folder;
        KernelAddress address;
        char endpoint[200];
        StreamBuffer *buffer;
        KernelSocket *socket;
        unsigned connected, messages, oversized, gone;
        uint64_t oversized_size;
        char last[64]; /* the last part of the last message, as far as it fits */
        size_t last_size;
        int result; /* of on_message() */
        int flood;  /* before each message is handled, this socket is filled with more of them; 0: none */
        unsigned flooded;
} world;

static void on_connected(void *userdata) {
        (void) userdata;
        world.connected++;
}

/* As many messages as the socket takes, without a last part that is cut. */
static void flood(void) {
        static const uint8_t frame[1000] = { 2, 0, 0, 0, 0, 0, 0, 0x03, 0xdf }; /* its size: 991 */

        while (send(world.flood, frame, sizeof(frame), MSG_DONTWAIT) == sizeof(frame))
                world.flooded++;
        ck_assert_int_eq(errno, EAGAIN);
}

static int on_message(void *userdata, const MessagePart *parts, size_t n_parts, uint64_t position) {
        const MessagePart *last = &parts[n_parts - 1];

        (void) userdata;
        ck_assert_uint_eq(position, stream_buffer_position(world.buffer));
        world.messages++;
        if (world.flood > 0)
                flood();
        world.last_size = last->size;
        *(char *) mempcpy(world.last, last->data, MIN(last->size, sizeof(world.last) - 1)) = 0;
        return world.result;
}

static void on_oversized(void *userdata, uint64_t size, uint64_t position) {
        (void) userdata;
        (void) position;
        world.oversized++;
        world.oversized_size = size;
}

static void on_gone(void *userdata, int error) {
        (void) userdata;
        ck_assert_int_lt(error, 0);
        world.gone++;
        world.socket = kernel_socket_free(world.socket);
}

static const KernelSocketHandlers handlers = {
        .connected = on_connected,
        .message = on_message,
        .oversized = on_oversized,
        .gone = on_gone,
};

static void setup(void) {
        struct sockaddr_un sun = { .sun_family = AF_UNIX };

        world.folder = scratch_make();
        (void) snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/s", world.folder);
        (void) snprintf(world.endpoint, sizeof(world.endpoint), "ipc://%s", sun.sun_path);
        memcpy(&world.address.address, &sun, sizeof(sun));
        world.address.size = sizeof(sun);
        ck_assert_int_ge(sd_event_new(&world.event), 0);
        ck_assert_int_eq(stream_buffer_new(KERNEL_MESSAGE_MAX, &world.buffer), 0);
}

static void teardown(void) {
        world.socket = kernel_socket_free(world.socket);
        stream_buffer_free(world.buffer);
        sd_event_unref(world.event);
        scratch_remove(world.folder);
}

static void open_to(KernelSocketType type) {
        ck_assert_int_eq(kernel_socket_connect(world.event, &world.address, type, world.buffer, &handlers,
                                 NULL, &world.socket),
                0);
}

/* Publishes until it is heard, as a subscription is not acknowledged. */
static void publish_until_heard(void *publisher) {
        unsigned before = world.messages;

        LOOP_UNTIL(world.event, ({
                ck_assert_int_ge(zmq_send(publisher, "topic", 5, ZMQ_SNDMORE), 0);
                ck_assert_int_ge(zmq_send(publisher, "first", 5, 0), 0);
                world.messages > before;
        }));
        LOOP_UNTIL(world.event, sd_event_run(world.event, 0) == 0);
}

TEST(subscribes) {
        void *context = zmq_ctx_new(), *publisher = zmq_socket(context, ZMQ_PUB);
        static char large[300000];

        setup();
        open_to(KERNEL_SOCKET_SUB);
        for (int i = 0; i < 3; i++)
                ck_assert_int_ge(sd_event_run(world.event, 1000), 0);
        ck_assert_uint_eq(world.connected, 0);
        ck_assert_int_eq(kernel_socket_fd(world.socket), -EBADF);
        ck_assert_int_eq(zmq_bind(publisher, world.endpoint), 0);
        LOOP_UNTIL(world.event, world.connected == 1);
        ck_assert_int_ge(kernel_socket_fd(world.socket), 0);
        publish_until_heard(publisher);
        for (size_t size = 0; size < sizeof(large); size = size * 3 + 1) {
                ck_assert_int_ge(zmq_send(publisher, large, size, 0), 0);
                LOOP_UNTIL(world.event, world.last_size == size);
        }
        zmq_close(publisher);
        zmq_ctx_term(context);
        LOOP_UNTIL(world.event, world.gone == 1);
        teardown();
}
END_TEST

TEST(too_large) {
        void *context = zmq_ctx_new(), *publisher = zmq_socket(context, ZMQ_PUB);
        size_t size = KERNEL_MESSAGE_MAX + 5000000;
        _cleanup_free_ char *large = calloc(1, size);

        setup();
        ck_assert_int_eq(zmq_bind(publisher, world.endpoint), 0);
        open_to(KERNEL_SOCKET_SUB);
        LOOP_UNTIL(world.event, world.connected == 1);
        publish_until_heard(publisher);
        /* Several parts are too large; what follows is heard again. */
        ck_assert_int_ge(zmq_send(publisher, "topic", 5, ZMQ_SNDMORE), 0);
        ck_assert_int_ge(zmq_send(publisher, large, size, ZMQ_SNDMORE), 0);
        ck_assert_int_ge(zmq_send(publisher, large, size, ZMQ_SNDMORE), 0);
        ck_assert_int_ge(zmq_send(publisher, "end", 3, 0), 0);
        for (int i = 0; i < 5000; i++)
                ck_assert_int_ge(zmq_send(publisher, "", 0, ZMQ_SNDMORE), 0);
        ck_assert_int_ge(zmq_send(publisher, "end", 3, 0), 0);
        ck_assert_int_ge(zmq_send(publisher, "after", 5, 0), 0);
        LOOP_UNTIL(world.event, streq(world.last, "after"));
        ck_assert_uint_eq(world.oversized, 2);
        zmq_close(publisher);
        zmq_ctx_term(context);
        teardown();
}
END_TEST

TEST(asks_and_answers) {
        void *context = zmq_ctx_new(), *router = zmq_socket(context, ZMQ_ROUTER);
        const MessagePart question[] = { PART("one"), PART("two") };
        char who[64], part[64];
        int n;

        setup();
        open_to(KERNEL_SOCKET_DEALER);
        /* What is sent before the other side is there arrives. */
        ck_assert_int_eq(kernel_socket_send(world.socket, question, ELEMENTSOF(question)), 0);
        ck_assert_int_eq(zmq_bind(router, world.endpoint), 0);
        LOOP_UNTIL(world.event, (n = zmq_recv(router, who, sizeof(who), ZMQ_DONTWAIT)) >= 0);
        ck_assert_int_eq(zmq_recv(router, part, sizeof(part), 0), 3);
        ck_assert_mem_eq(part, "one", 3);
        ck_assert_int_eq(zmq_recv(router, part, sizeof(part), 0), 3);
        ck_assert_mem_eq(part, "two", 3);
        ck_assert_int_ge(zmq_send(router, who, (size_t) n, ZMQ_SNDMORE), 0);
        ck_assert_int_ge(zmq_send(router, "answer", 6, 0), 0);
        world.result = -ENODATA; /* that is enough */
        LOOP_UNTIL(world.event, world.gone == 1);
        ck_assert_str_eq(world.last, "answer");
        ck_assert_uint_eq(world.messages, 1);
        zmq_close(router);
        zmq_ctx_term(context);
        teardown();
}
END_TEST

/* A listening socket where the kernel's would be. */
static int listen_there(void) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        ck_assert_int_eq(bind(fd, (struct sockaddr *) &world.address.address, world.address.size), 0);
        ck_assert_int_eq(listen(fd, 8), 0);
        return fd;
}

TEST(no_such_socket) {
        static const char *const greetings[] = { "HTTP/1.1 400 Bad Request\r\n\r\n", "", "\xff" };
        int listener, fd;

        setup();
        listener = listen_there();
        open_to(KERNEL_SOCKET_SUB);
        /* It tries again and again, and is not led astray. */
        for (size_t i = 0; i < ELEMENTSOF(greetings); i++) {
                LOOP_UNTIL(world.event, (fd = accept(listener, NULL, NULL)) >= 0);
                ck_assert_int_eq(
                        write(fd, greetings[i], strlen(greetings[i])), (ssize_t) strlen(greetings[i]));
                close(fd);
        }
        LOOP_UNTIL(world.event, (fd = accept(listener, NULL, NULL)) >= 0);
        ck_assert_uint_eq(world.connected, 0);
        ck_assert_uint_eq(world.gone, 0);
        close(fd);
        close(listener);
        teardown();
}
END_TEST

/* Says what a publisher says first, byte by byte. */
static void greet(int fd) {
        uint8_t hello[ZMTP_GREETING_SIZE + ZMTP_READY_SIZE_MAX];
        size_t size = ZMTP_GREETING_SIZE;

        zmtp_greeting_put(hello);
        size += zmtp_ready_put(hello + size, "PUB");
        for (size_t i = 0; i < size; i++) {
                ck_assert_int_eq(write(fd, hello + i, 1), 1);
                ck_assert_int_ge(sd_event_run(world.event, 0), 0);
        }
}

TEST(forged_frames) {
        static const char *const frames[] = { "\x08\x01zzzzzzz", "\x05\x01zzzzzzz",
                "\x02\xff\xff\xff\xff\xff\xff\xff\xff", "\x01\x01z\x04\x01zzzz" };
        int listener, fd;

        setup();
        listener = listen_there();
        for (unsigned i = 0; i < ELEMENTSOF(frames); i++) {
                open_to(KERNEL_SOCKET_SUB);
                LOOP_UNTIL(world.event, (fd = accept(listener, NULL, NULL)) >= 0);
                greet(fd);
                LOOP_UNTIL(world.event, world.connected == i + 1);
                ck_assert_int_gt(write(fd, frames[i], 9), 0);
                LOOP_UNTIL(world.event, world.gone == i + 1);
                ck_assert_uint_eq(world.messages, 0);
                close(fd);
        }
        close(listener);
        teardown();
}
END_TEST

/* A process that the kernel left behind may hold its socket, and write faster than we read. */
TEST(drained_though_more_comes_without_end) {
        unsigned before;
        int listener;

        setup();
        listener = listen_there();
        open_to(KERNEL_SOCKET_SUB);
        LOOP_UNTIL(world.event, (world.flood = accept(listener, NULL, NULL)) >= 0);
        greet(world.flood);
        LOOP_UNTIL(world.event, world.connected == 1);
        flood();
        before = world.flooded;
        ck_assert_uint_gt(before, 10);
        kernel_socket_drain(world.socket);
        ck_assert_uint_ge(world.messages, before);
        ck_assert_uint_gt(world.flooded, world.messages);
        close(world.flood);
        world.flood = 0;
        close(listener);
        teardown();
}
END_TEST

TEST_MAIN(subscribes, too_large, asks_and_answers, no_such_socket, forged_frames,
        drained_though_more_comes_without_end);
