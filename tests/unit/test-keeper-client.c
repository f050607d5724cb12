/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The attached client: quick, slow, silent, gone. */

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/client.h"
#include "tests/unit/loop.h"
#include "tests/unit/test-main.h"

typedef struct Fixture {
        sd_event *event;
        Client *client;
        int peer;
        char text[1024];
        size_t size;
        bool gone;
} Fixture;

static void on_input(void *userdata, const void *data, size_t size) {
        Fixture *f = userdata;

        memcpy(f->text + f->size, data, size);
        f->size += size;
}

static void on_gone(void *userdata) {
        Fixture *f = userdata;

        f->gone = true;
        f->client = client_free(f->client);
}

static const ClientHandlers handlers = { .input = on_input, .gone = on_gone };

static Fixture fixture;

static void setup(void) {
        int fds[2];

        ck_assert_int_ge(sd_event_new(&fixture.event), 0);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        fixture.peer = fds[1];
        ck_assert_int_eq(client_new(fixture.event, fds[0], &handlers, &fixture, &fixture.client), 0);
}

static void teardown(void) {
        client_free(fixture.client);
        (void) safe_close(fixture.peer);
        sd_event_unref(fixture.event);
}

TEST(not_a_stream) {
        _cleanup_close_ int null = open("/dev/null", O_RDWR);
        Client *c = NULL;
        int fds[2];

        setup();
        ck_assert_int_eq(client_new(fixture.event, null, &handlers, NULL, &c), -ENOTSOCK);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
        ck_assert_int_eq(client_new(fixture.event, fds[0], &handlers, NULL, &c), -EPROTOTYPE);
        ck_assert_ptr_null(c);
        teardown();
}
END_TEST

TEST(both_ways) {
        char buffer[16] = "";

        setup();
        ck_assert_int_eq(client_send(fixture.client, "hello", 5), 0);
        ck_assert_int_eq(read(fixture.peer, buffer, sizeof(buffer)), 5);
        ck_assert_str_eq(buffer, "hello");
        ck_assert_int_eq(write(fixture.peer, "typed", 5), 5);
        LOOP_UNTIL(fixture.event, fixture.size == 5);
        ck_assert_str_eq(fixture.text, "typed");
        teardown();
}
END_TEST

TEST(slow) {
        static char block[65536];
        size_t sent = 0, received = 0;
        int r;

        setup();
        do {
                r = client_send(fixture.client, block, sizeof(block));
                sent += r >= 0 ? sizeof(block) : 0;
        } while (r >= 0);
        ck_assert_int_eq(r, -ENOBUFS);
        ck_assert_uint_ge(sent, CLIENT_QUEUE_MAX);
        ck_assert_uint_le(sent, CLIENT_QUEUE_MAX + 2000000);

        /* What was taken before is delivered all the same. */
        ck_assert_int_eq(fcntl(fixture.peer, F_SETFL, O_NONBLOCK), 0);
        while (received < sent) {
                ssize_t n = read(fixture.peer, block, sizeof(block));

                received += n > 0 ? (size_t) n : 0;
                ck_assert_int_ge(sd_event_run(fixture.event, n > 0 ? 0 : USEC_PER_MSEC), 0);
        }
        ck_assert_uint_eq(received, sent);
        ck_assert(!fixture.gone);
        teardown();
}
END_TEST

TEST(not_listened_to) {
        setup();
        client_listen(fixture.client, false);
        ck_assert_int_eq(write(fixture.peer, "x", 1), 1);
        ck_assert_int_eq(sd_event_run(fixture.event, 20 * USEC_PER_MSEC), 0);
        client_listen(fixture.client, true);
        LOOP_UNTIL(fixture.event, fixture.size == 1);

        client_listen(fixture.client, false);
        fixture.peer = safe_close(fixture.peer);
        LOOP_UNTIL(fixture.event, fixture.gone);
        teardown();
}
END_TEST

TEST(gone) {
        setup();
        ck_assert_int_eq(write(fixture.peer, "last", 4), 4);
        fixture.peer = safe_close(fixture.peer);
        LOOP_UNTIL(fixture.event, fixture.gone);
        ck_assert_uint_eq(fixture.size, 4);
        teardown();
}
END_TEST

TEST(send_to_the_gone) {
        setup();
        fixture.peer = safe_close(fixture.peer);
        ck_assert_int_eq(client_send(fixture.client, "x", 1), -EPIPE);
        teardown();
}
END_TEST

TEST(finish) {
        static char block[65536];
        ssize_t n;

        setup();
        ck_assert_int_eq(client_finish(fixture.client), 0);
        teardown();

        fixture = (Fixture){};
        setup();
        for (int i = 0; i < 20; i++)
                ck_assert_int_eq(client_send(fixture.client, block, sizeof(block)), 0);
        ck_assert_int_eq(client_finish(fixture.client), 1);
        ck_assert_int_eq(fcntl(fixture.peer, F_SETFL, O_NONBLOCK), 0);
        while (!fixture.gone) {
                n = read(fixture.peer, block, sizeof(block));
                ck_assert_int_ge(sd_event_run(fixture.event, n > 0 ? 0 : USEC_PER_MSEC), 0);
        }
        /* Its stream has ended. */
        do
                n = read(fixture.peer, block, sizeof(block));
        while (n > 0);
        ck_assert_int_eq(n, 0);
        teardown();
}
END_TEST

TEST_MAIN(not_a_stream, both_ways, slow, not_listened_to, gone, send_to_the_gone, finish);
