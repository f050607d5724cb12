/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Several who look at one screen: what each gets, live and as a picture. */

#include <sys/socket.h>
#include <unistd.h>

#include "keeper/terminal/audience.h"
#include "shared/fd.h"
#include "tests/unit/test-main.h"

static void on_input(void *userdata, Client *c, const void *data, size_t size) {
        (void) userdata;
        (void) c;
        (void) data;
        (void) size;
}

static void on_gone(void *userdata, Client *c) {
        (void) userdata;
        (void) c;
}

typedef struct Fixture {
        sd_event *event;
        Screen *screen;
        Audience audience;
        int peers[4];
        size_t n_peers;
} Fixture;

static int on_paint(void *userdata, const Client *c, uint32_t scrollback, ByteQueue *out) {
        Fixture *f = userdata;

        return audience_paint(&f->audience, c, f->screen, scrollback, out);
}

static const ClientHandlers handlers = { .input = on_input, .paint = on_paint, .gone = on_gone };

static void begin(Fixture *f) {
        *f = (Fixture){};
        ck_assert_int_ge(sd_event_new(&f->event), 0);
        ck_assert_int_eq(screen_new(5, 20, 100, &f->screen), 0);
}

static void end(Fixture *f) {
        audience_clear(&f->audience);
        for (size_t i = 0; i < f->n_peers; i++)
                (void) safe_close(f->peers[i]);
        screen_free(f->screen);
        sd_event_unref(f->event);
}

static Client *join(Fixture *f, const ClientOptions *options) {
        Client *c;
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        f->peers[f->n_peers++] = fds[1];
        ck_assert_int_eq(client_new(f->event, fds[0], options, &handlers, f, &c), 0);
        ck_assert_int_eq(audience_add(&f->audience, c, f->screen), 0);
        return c;
}

static void print(Fixture *f, const char *text) {
        audience_send(&f->audience, text, strlen(text));
        screen_feed(f->screen, text, strlen(text));
}

/* What came by now. */
static const char *got(const Fixture *f, size_t peer) {
        static char text[65536];
        ssize_t n = read(f->peers[peer], text, sizeof(text) - 1);

        text[MAX(n, 0)] = 0;
        return text;
}

TEST(nobody_sees_questions) {
        Fixture f;

        begin(&f);
        (void) join(&f, &(ClientOptions){ .rows = 24 });
        (void) join(&f, &(ClientOptions){ .rows = 24, .read_only = true });
        (void) join(&f, &(ClientOptions){ .rows = 24, .foreign = true });
        print(&f, "a\x1b[cb\x1b[?1004h\x1b]2;t\x07\x1b]11;?\x07");
        print(&f, "\x1b[");
        print(&f, "6nc");
        ck_assert_str_eq(got(&f, 0),
                "ab\x1b[?1004h\x1b]2;t\x07"
                "c");
        ck_assert_str_eq(got(&f, 1),
                "ab\x1b]2;t\x07"
                "c");
        ck_assert_str_eq(got(&f, 2),
                "ab\x1b[?1004h"
                "c");
        end(&f);
}

/* The first one comes while a sequence is half there, the second one, too. */
TEST(comes_in_the_middle) {
        Fixture f;

        begin(&f);
        print(&f, "\x1b]2;ti");
        client_welcome(join(&f, &(ClientOptions){}));
        ck_assert_ptr_nonnull(strstr(got(&f, 0), "\x1b[H"));
        client_welcome(join(&f, &(ClientOptions){}));
        ck_assert_ptr_null(strstr(got(&f, 1), "ti"));
        print(&f, "tle\x07x");
        ck_assert_str_eq(got(&f, 0), "\x1b]2;title\x07x");
        ck_assert_str_eq(got(&f, 1), "\x1b]2;title\x07x");
        print(&f, "\xe6\x97");
        ck_assert_str_eq(got(&f, 0), "\xe6\x97");
        client_welcome(join(&f, &(ClientOptions){}));
        (void) got(&f, 2);
        print(&f, "\xa5");
        ck_assert_str_eq(got(&f, 2), "\xa5");
        end(&f);
}

TEST(pictures_are_filtered_too) {
        Fixture f;
        const char *picture;

        begin(&f);
        print(&f, "\x1b]2;title\x07\x1b]11;red\x07\x1b[?1000h\x1b[?2048h\x1b[31mred");
        client_welcome(join(&f, &(ClientOptions){}));
        picture = got(&f, 0);
        ck_assert_ptr_nonnull(strstr(picture, "\x1b]2;title"));
        ck_assert_ptr_nonnull(strstr(picture, "\x1b[?1000h"));
        ck_assert_ptr_null(strstr(picture, "2048"));
        client_welcome(join(&f, &(ClientOptions){ .read_only = true }));
        picture = got(&f, 1);
        ck_assert_ptr_nonnull(strstr(picture, "\x1b]2;title"));
        ck_assert_ptr_null(strstr(picture, "1000"));
        client_welcome(join(&f, &(ClientOptions){ .foreign = true }));
        picture = got(&f, 2);
        ck_assert_ptr_nonnull(strstr(picture, "\x1b[31mre"));
        ck_assert_ptr_null(strstr(picture, "\x1b]"));
        ck_assert_ptr_nonnull(strstr(picture, "1000"));
        end(&f);
}

TEST(who_is_asked) {
        Client *first, *second;
        Fixture f;

        begin(&f);
        first = join(&f, &(ClientOptions){ .rows = 24 });
        second = join(&f, &(ClientOptions){ .rows = 24 });
        (void) join(&f, &(ClientOptions){ .rows = 24, .read_only = true });
        ck_assert_ptr_eq(audience_to_be_asked(&f.audience, f.screen), second);
        (void) audience_touch(&f.audience, first);
        ck_assert_ptr_eq(audience_to_be_asked(&f.audience, f.screen), first);
        print(&f, "\x1b]2;");
        ck_assert_ptr_null(audience_to_be_asked(&f.audience, f.screen));
        print(&f, "\x07\xe6");
        ck_assert_ptr_null(audience_to_be_asked(&f.audience, f.screen));
        end(&f);
}

TEST_MAIN(nobody_sees_questions, comes_in_the_middle, pictures_are_filtered_too, who_is_asked);
