/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The attached client: quick, slow, silent, gone. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "keeper/terminal/client.h"
#include "tests/unit/loop.h"
#include "tests/unit/test-main.h"

typedef struct Fixture {
        sd_event *event;
        Client *client;
        int peer;
        char text[1024];
        size_t size;
        unsigned pictures;
        unsigned reply;
        ColorSpec color;
        bool gone;
} Fixture;

static void on_input(void *userdata, Client *c, const void *data, size_t size) {
        Fixture *f = userdata;

        ck_assert_ptr_eq(c, f->client);
        memcpy(f->text + f->size, data, size);
        f->size += size;
}

/* A picture is "<1:100>": its number, and the scrollback that was asked for. */
static int on_paint(void *userdata, const Client *c, uint32_t scrollback, ByteQueue *out) {
        Fixture *f = userdata;
        char text[32];
        int n = snprintf(text, sizeof(text), "<%u:%u>", ++f->pictures, scrollback);

        ck_assert_ptr_nonnull(c);
        return byte_queue_append(out, text, (size_t) n);
}

static void on_gone(void *userdata, Client *c) {
        Fixture *f = userdata;

        ck_assert_ptr_eq(c, f->client);
        f->gone = true;
        f->client = client_free(f->client);
}

static void on_reply(void *userdata, Client *c, unsigned number, const ColorSpec *color) {
        Fixture *f = userdata;

        ck_assert_ptr_eq(c, f->client);
        f->reply = number;
        f->color = *color;
}

static const ClientHandlers handlers = {
        .input = on_input, .paint = on_paint, .reply = on_reply, .gone = on_gone
};

static Fixture fixture;

static void setup_with(const ClientOptions *options) {
        int fds[2];

        ck_assert_int_ge(sd_event_new(&fixture.event), 0);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        fixture.peer = fds[1];
        ck_assert_int_eq(
                client_new(fixture.event, fds[0], options, &handlers, &fixture, &fixture.client), 0);
}

static void setup(void) {
        setup_with(&(ClientOptions){});
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
        ck_assert_int_eq(
                client_new(fixture.event, null, &(ClientOptions){}, &handlers, NULL, &c), -ENOTSOCK);
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
        ck_assert_int_eq(
                client_new(fixture.event, fds[0], &(ClientOptions){}, &handlers, NULL, &c), -EPROTOTYPE);
        ck_assert_ptr_null(c);
        teardown();
}
END_TEST

TEST(both_ways) {
        char buffer[16] = "";

        setup();
        client_send(fixture.client, "hello", 5);
        ck_assert_int_eq(read(fixture.peer, buffer, sizeof(buffer)), 5);
        ck_assert_str_eq(buffer, "hello");
        ck_assert_int_eq(write(fixture.peer, "typed", 5), 5);
        LOOP_UNTIL(fixture.event, fixture.size == 5);
        ck_assert_str_eq(fixture.text, "typed");
        teardown();
}
END_TEST

/* Reads all that comes until the client has nothing left; returns what came last, as a string. */
static const char *read_all(size_t *ret_size) {
        static char last[65536 + 1];
        char block[65536];
        usec_t deadline = loop_deadline();
        size_t total = 0, silent = 0;

        ck_assert_int_eq(fcntl(fixture.peer, F_SETFL, O_NONBLOCK), 0);
        while (silent < 10) {
                ssize_t n = read(fixture.peer, block, sizeof(block));

                if (n > 0) {
                        total += (size_t) n;
                        memcpy(last, block, (size_t) n);
                        last[n] = 0;
                }
                silent = n > 0 ? 0 : silent + 1;
                ck_assert_int_ge(sd_event_run(fixture.event, n > 0 ? 0 : USEC_PER_MSEC), 0);
                ck_assert_uint_lt(now_usec(CLOCK_MONOTONIC), deadline);
        }
        *ret_size = total;
        return last;
}

TEST(welcome) {
        size_t size;

        setup_with(&(ClientOptions){ .scrollback = 100 });
        client_welcome(fixture.client);
        client_send(fixture.client, "live", 4);
        ck_assert_str_eq(read_all(&size), "<1:100>live");
        teardown();

        fixture = (Fixture){};
        setup_with(&(ClientOptions){ .scrollback = 100, .raw = true });
        client_welcome(fixture.client);
        client_send(fixture.client, "live", 4);
        ck_assert_str_eq(read_all(&size), "live");
        teardown();

        fixture = (Fixture){};
        setup_with(&(ClientOptions){ .raw = true, .input_only = true });
        client_welcome(fixture.client);
        client_send(fixture.client, "live", 4);
        ck_assert_int_lt(recv(fixture.peer, &size, sizeof(size), MSG_DONTWAIT), 0);
        teardown();
}
END_TEST

/* One that does not read gets a picture when it does, and what was kept for it meanwhile is bounded. */
TEST(slow) {
        static char block[65536];
        const char *last;
        size_t size;

        setup();
        for (int i = 0; i < 1000; i++)
                client_send(fixture.client, block, sizeof(block));
        ck_assert_uint_eq(fixture.pictures, 0);
        last = read_all(&size);
        ck_assert_uint_le(size, 1024U * 1024U);
        ck_assert_uint_eq(fixture.pictures, 1);
        ck_assert_str_eq(last + strlen(last) - strlen("<1:0>"), "<1:0>");
        /* It has caught up. */
        client_send(fixture.client, "live", 4);
        ck_assert_str_eq(read_all(&size), "live");
        ck_assert(!fixture.gone);
        teardown();
}
END_TEST

TEST(slow_and_raw) {
        static char block[65536];
        size_t size;

        setup_with(&(ClientOptions){ .raw = true });
        for (int i = 0; i < 1000; i++)
                client_send(fixture.client, block, sizeof(block));
        (void) read_all(&size);
        ck_assert_uint_le(size, 1024U * 1024U);
        ck_assert_uint_eq(fixture.pictures, 0);
        client_send(fixture.client, "live", 4);
        ck_assert_str_eq(read_all(&size), "live");
        teardown();
}
END_TEST

TEST(repaint) {
        size_t size;

        setup();
        client_repaint(fixture.client);
        ck_assert_str_eq(read_all(&size), "<1:0>");
        teardown();
}
END_TEST

TEST(read_only) {
        setup_with(&(ClientOptions){ .read_only = true });
        ck_assert_int_eq(write(fixture.peer, "typed", 5), 5);
        fixture.peer = safe_close(fixture.peer);
        LOOP_UNTIL(fixture.event, fixture.gone);
        ck_assert_uint_eq(fixture.size, 0);
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
        client_send(fixture.client, "x", 1);
        client_send(fixture.client, "x", 1);
        LOOP_UNTIL(fixture.event, fixture.gone);
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
                client_send(fixture.client, block, sizeof(block));
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

TEST(asking) {
        const ClientOptions options = { .rows = 24, .columns = 80 };
        char buffer[64] = "";

        setup_with(&options);
        ck_assert(client_can_be_asked(fixture.client));
        client_ask(fixture.client, 11);
        ck_assert_int_eq(read(fixture.peer, buffer, sizeof(buffer)), 8);
        ck_assert_str_eq(buffer, "\x1b]11;?\x1b\\");
        ck_assert_int_eq(write(fixture.peer, "a\x1b]11;#ffffff\x07z\x1b", 16), 16);
        LOOP_UNTIL(fixture.event, fixture.size == 3);
        ck_assert_str_eq(fixture.text, "az\x1b");
        ck_assert_uint_eq(fixture.reply, 11);
        ck_assert_uint_eq(fixture.color.green, 0xff00);
        teardown();
}
END_TEST

/* What was held back for it is typed, and what comes late is taken out all the same. */
TEST(a_terminal_that_does_not_answer) {
        setup_with(&(ClientOptions){ .rows = 24, .columns = 80 });
        client_ask(fixture.client, 11);
        ck_assert_int_eq(write(fixture.peer, "a\x1b", 2), 2);
        LOOP_UNTIL(fixture.event, fixture.size == 1);
        client_stop_asking(fixture.client, true);
        ck_assert_uint_eq(fixture.size, 2);
        ck_assert(!client_can_be_asked(fixture.client));
        ck_assert_int_eq(write(fixture.peer, "\x1b]11;#ffffff\x07z", 14), 14);
        LOOP_UNTIL(fixture.event, fixture.size == 3);
        ck_assert_str_eq(fixture.text, "a\x1bz");
        ck_assert(client_can_be_asked(fixture.client));
        teardown();
}
END_TEST

TEST(who_is_not_asked) {
        static const ClientOptions options[] = { { .rows = 0 }, { .rows = 24, .read_only = true },
                { .rows = 24, .raw = true }, { .rows = 24, .foreign = true },
                { .raw = true, .input_only = true } };

        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                fixture = (Fixture){};
                setup_with(options + i);
                ck_assert(!client_can_be_asked(fixture.client));
                teardown();
        }
}
END_TEST

TEST(viewers) {
        static const struct {
                ClientOptions options;
                Viewer viewer;
        } cases[] = {
                { {}, VIEWER_OWNER },
                { { .clipboard = true }, VIEWER_OWNER_CLIPBOARD },
                { { .clipboard = true, .read_only = true }, VIEWER_READER },
                { { .clipboard = true, .foreign = true }, VIEWER_FOREIGN },
                { { .foreign = true, .read_only = true }, VIEWER_FOREIGN_READER },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                fixture = (Fixture){};
                setup_with(&cases[i].options);
                ck_assert_uint_eq(client_viewer(fixture.client), cases[i].viewer);
                teardown();
        }
}
END_TEST

TEST_MAIN(asking, a_terminal_that_does_not_answer, who_is_not_asked, viewers, not_a_stream, both_ways,
        welcome, slow, slow_and_raw, repaint, read_only, not_listened_to, gone, send_to_the_gone, finish);
