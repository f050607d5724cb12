/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The PTY: its size and modes, what passes through it, and that nothing stops it. */

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "keeper/terminal/terminal.h"
#include "tests/unit/loop.h"
#include "tests/unit/test-main.h"

typedef struct Shown {
        sd_event *event;
        Terminal *terminal;
        int slave;
        char text[65536];
        size_t size;
        unsigned drained;
} Shown;

static uint8_t room[4096];
static size_t committed;

static uint8_t *on_room(void *userdata, size_t *ret_size) {
        (void) userdata;
        *ret_size = sizeof(room);
        return room;
}

static void on_commit(void *userdata, size_t n) {
        (void) userdata;
        committed += n;
}

static void on_output(void *userdata, const void *data, size_t size) {
        Shown *s = userdata;

        size = MIN(size, sizeof(s->text) - 1 - s->size);
        memcpy(s->text + s->size, data, size);
        s->size += size;
}

static void on_drained(void *userdata) {
        ((Shown *) userdata)->drained++;
}

static const TerminalHandlers handlers = {
        .room = on_room,
        .commit = on_commit,
        .output = on_output,
        .drained = on_drained,
};

static Shown *shown_new(void) {
        Shown *s = calloc(1, sizeof(*s));

        ck_assert_int_ge(sd_event_new(&s->event), 0);
        ck_assert_int_eq(terminal_new(30, 100, &s->terminal), 0);
        ck_assert_int_ge(terminal_watch(s->terminal, s->event, &handlers, s), 0);
        s->slave = ioctl(terminal_master(s->terminal), TIOCGPTPEER, O_RDWR | O_NOCTTY);
        ck_assert_int_ge(s->slave, 0);
        return s;
}

static void shown_free(Shown *s) {
        terminal_free(s->terminal);
        (void) safe_close(s->slave);
        sd_event_unref(s->event);
        free(s);
}

static void write_all(int fd, const char *text) {
        ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t) strlen(text));
}

TEST(size_and_modes) {
        Shown *s = shown_new();
        struct termios modes;
        struct winsize size;

        ck_assert_int_eq(tcgetattr(s->slave, &modes), 0);
        ck_assert(modes.c_iflag & IUTF8);
        ck_assert(modes.c_lflag & ECHO);
        ck_assert(modes.c_lflag & ICANON);
        ck_assert_int_eq(ioctl(s->slave, TIOCGWINSZ, &size), 0);
        ck_assert_uint_eq(size.ws_row, 30);
        ck_assert_uint_eq(size.ws_col, 100);
        ck_assert_int_eq(terminal_resize(s->terminal, 1, 65535), 0);
        ck_assert_int_eq(ioctl(s->slave, TIOCGWINSZ, &size), 0);
        ck_assert_uint_eq(size.ws_col, 65535);
        ck_assert_int_eq(terminal_resize(s->terminal, 0, 80), -EINVAL);
        ck_assert_int_eq(terminal_resize(s->terminal, 24, 65536), -EINVAL);
        shown_free(s);
}
END_TEST

TEST(both_ways) {
        Shown *s = shown_new();
        char line[100] = "";

        write_all(s->slave, "printed\n");
        LOOP_UNTIL(s->event, s->size >= strlen("printed\r\n"));
        ck_assert_str_eq(s->text, "printed\r\n");
        ck_assert(terminal_has_room(s->terminal));
        ck_assert_int_eq(terminal_send(s->terminal, "typed\n", 6), 0);
        ck_assert_int_eq(read(s->slave, line, sizeof(line)), 6);
        ck_assert_str_eq(line, "typed\n");
        LOOP_UNTIL(s->event, strstr(s->text, "typed"));
        shown_free(s);
}
END_TEST

/* Typing faster than the payload reads waits, is not lost, and then there is room again. */
TEST(typing_ahead) {
        Shown *s = shown_new();
        size_t sent = 0, received = 0;
        struct termios modes;
        char buffer[4096];

        ck_assert_int_eq(tcgetattr(s->slave, &modes), 0);
        cfmakeraw(&modes);
        ck_assert_int_eq(tcsetattr(s->slave, TCSANOW, &modes), 0);
        memset(buffer, 'x', sizeof(buffer));
        while (terminal_has_room(s->terminal)) {
                ck_assert_int_eq(terminal_send(s->terminal, buffer, sizeof(buffer)), 0);
                sent += sizeof(buffer);
                ck_assert_uint_lt(sent, 10000000);
        }
        ck_assert_uint_eq(s->drained, 0);
        ck_assert_int_eq(fcntl(s->slave, F_SETFL, O_NONBLOCK), 0);
        while (received < sent) {
                ssize_t n = read(s->slave, buffer, sizeof(buffer));

                if (n > 0)
                        received += (size_t) n;
                ck_assert_int_ge(sd_event_run(s->event, n > 0 ? 0 : USEC_PER_MSEC), 0);
        }
        ck_assert_uint_eq(received, sent);
        LOOP_UNTIL(s->event, s->drained == 1);
        ck_assert(terminal_has_room(s->terminal));
        shown_free(s);
}
END_TEST

/* A program may close its terminal and open it again. */
TEST(closed_for_a_while) {
        Shown *s = shown_new();

        close(s->slave);
        ck_assert_int_eq(sd_event_run(s->event, 20 * USEC_PER_MSEC), 0);
        s->slave = ioctl(terminal_master(s->terminal), TIOCGPTPEER, O_RDWR | O_NOCTTY);
        write_all(s->slave, "again\n");
        LOOP_UNTIL(s->event, s->size > 0);
        ck_assert_str_eq(s->text, "again\r\n");
        shown_free(s);
}
END_TEST

TEST(drained_at_the_end) {
        Shown *s = shown_new();

        for (int i = 0; i < 100; i++)
                write_all(s->slave, "0123456789\n");
        terminal_drain(s->terminal);
        ck_assert_uint_eq(s->size, 1200);
        ck_assert_int_eq(terminal_send(s->terminal, "x", 1), -EIO);
        terminal_drain(s->terminal);
        shown_free(s);
}
END_TEST

TEST(adopted) {
        Shown *s = shown_new();
        int master = dup(terminal_master(s->terminal)), null;
        Terminal *none = NULL;

        s->terminal = terminal_free(s->terminal);
        ck_assert_int_eq(terminal_adopt(master, &s->terminal), 0);
        ck_assert_int_ge(terminal_watch(s->terminal, s->event, &handlers, s), 0);
        write_all(s->slave, "still\n");
        LOOP_UNTIL(s->event, s->size > 0);
        ck_assert_str_eq(s->text, "still\r\n");

        null = open("/dev/null", O_RDWR);
        ck_assert_int_eq(terminal_adopt(null, &none), 0); /* is of no use, and does no harm */
        terminal_free(none);
        shown_free(s);
}
END_TEST

TEST_MAIN(size_and_modes, both_ways, typing_ahead, closed_for_a_while, drained_at_the_end, adopted);
