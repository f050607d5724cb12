/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starts a program on a new terminal, and connects this terminal to it. Ctrl-] leaves, and the session goes
 * on.
 *
 * Usage: start-and-attach [--user] [COMMAND [ARGUMENT]…] */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <termios.h>
#include <unistd.h>

#define NAME       "org.computesession1"
#define PATH       "/org/computesession1"
#define MANAGER    "org.computesession1.Manager"
#define SESSION    "org.computesession1.Session"
#define ERROR      "org.computesession1.Error."
#define DETACH     '\x1d' /* Ctrl-] */
#define PAUSE_USEC 200000
/* What a program may have left on: the alternate screen, the mouse, bracketed paste, colours and a hidden
 * cursor. */
#define RESET "\033[?1049l\033[?1000;1002;1003;2004l\033[!p\033[m\033[?25h"

typedef struct Terminal {
        sd_event *event;
        sd_bus *bus;
        char *id;
        char *path;
        int stream;                     /* -1: none */
        sd_event_source *output_source; /* of the stream */
        sd_event_source *pause_source;  /* until the next attempt to attach */
        char typed[4096];               /* while there was no stream */
        size_t n_typed;
        char why[512]; /* why the loop ended */
} Terminal;

static int leave(Terminal *t, const char *what, const char *why) {
        snprintf(t->why, sizeof t->why, "%s%s%s", t->id, what, why);
        return sd_event_exit(t->event, 0);
}

static int fail(const char *what, const sd_bus_error *error, int r) {
        fprintf(stderr, "Cannot %s: %s\n", what, error && error->message ? error->message : strerror(-r));
        return r;
}

static int write_all(int fd, const char *data, size_t n) {
        while (n > 0) {
                ssize_t k = write(fd, data, n);

                if (k < 0 && errno != EINTR)
                        return -errno;
                if (k > 0) {
                        data += k;
                        n -= k;
                }
        }
        return 0;
}

static void send_typed(Terminal *t) {
        if (t->stream < 0)
                return;
        (void) write_all(t->stream, t->typed, t->n_typed);
        t->n_typed = 0;
}

/* Returns false at the end of the stream. */
static bool copy_output(Terminal *t) {
        char data[65536];
        ssize_t n = read(t->stream, data, sizeof data);

        if (n > 0)
                (void) write_all(STDOUT_FILENO, data, n);
        return n > 0;
}

static void close_stream(Terminal *t) {
        t->output_source = sd_event_source_disable_unref(t->output_source);
        if (t->stream >= 0)
                close(t->stream);
        t->stream = -1;
}

static int on_pause_over(sd_event_source *source, uint64_t now, void *userdata);

static int attach_later(Terminal *t, uint64_t usec) {
        t->pause_source = sd_event_source_disable_unref(t->pause_source);
        return sd_event_add_time_relative(
                t->event, &t->pause_source, CLOCK_MONOTONIC, usec, 0, on_pause_over, t);
}

/* At its end, the session ended, of which a signal tells, or its keeper was restarted: then one attaches
 * again. */
static int on_output(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Terminal *t = userdata;

        (void) source;
        (void) fd;
        (void) events;
        if (copy_output(t))
                return 0;
        close_stream(t);
        return attach_later(t, PAUSE_USEC);
}

/* Takes the descriptor out of the answer, which closes its own. */
static int take_stream(Terminal *t, sd_bus_message *reply) {
        int fd, r;

        r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return r;
        t->stream = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (t->stream < 0)
                return -errno;
        send_typed(t);
        return sd_event_add_io(t->event, &t->output_source, t->stream, EPOLLIN, on_output, t);
}

/* Asks for a stream, which has first what draws the screen, then what the program prints. */
static int on_pause_over(sd_event_source *source, uint64_t now, void *userdata) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        struct winsize size = {};
        Terminal *t = userdata;
        int r;

        (void) source;
        (void) now;
        (void) ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
        r = sd_bus_call_method(t->bus, NAME, t->path, SESSION, "Attach", &error, &reply, "uua{sv}",
                (uint32_t) size.ws_row, (uint32_t) size.ws_col, 0);
        if (r >= 0)
                r = take_stream(t, reply);
        else if (sd_bus_error_has_name(&error, ERROR "KeeperNotAvailable")) /* it is being restarted */
                r = attach_later(t, PAUSE_USEC);
        else if (!sd_bus_error_has_name(&error, ERROR "NotAttachable") &&
                !sd_bus_error_has_name(&error, SD_BUS_ERROR_UNKNOWN_OBJECT))
                r = leave(t, ": cannot attach: ", error.message);
        else
                r = 0; /* the session is ending, of which a signal will tell */
        sd_bus_message_unref(reply);
        sd_bus_error_free(&error);
        return r;
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Terminal *t = userdata;
        char data[4096];
        ssize_t n = read(fd, data, sizeof data);
        size_t room = sizeof t->typed - t->n_typed;

        (void) source;
        (void) events;
        if (n <= 0 || memchr(data, DETACH, n))
                return leave(t, " goes on", "");
        if ((size_t) n > room) /* nobody types that much while a keeper is restarted */
                n = room;
        memcpy(t->typed + t->n_typed, data, n);
        t->n_typed += n;
        send_typed(t);
        return 0;
}

static int on_resize(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Terminal *t = userdata;
        struct winsize size;

        (void) source;
        (void) info;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
                return 0;
        return sd_bus_call_method_async(t->bus, NULL, NAME, t->path, SESSION, "Resize", NULL, NULL, "uu",
                (uint32_t) size.ws_row, (uint32_t) size.ws_col);
}

static int on_removed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error) {
        const char *id, *path, *result;
        Terminal *t = userdata;

        (void) ret_error;
        if (sd_bus_message_read(m, "sos", &id, &path, &result) < 0 || strcmp(id, t->id) != 0)
                return 0;
        while (t->stream >= 0 && copy_output(t))
                ;
        return leave(t, " ended: ", result);
}

/* Options are an a{sv}: the size and, if there is one, the command; without it, the user's login shell is
 * started. */
static int append_options(sd_bus_message *m, char **command) {
        struct winsize size = {};
        int r;

        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
                return -errno;
        r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}{sv}", "Rows", "u", (uint32_t) size.ws_row, "Columns", "u",
                        (uint32_t) size.ws_col);
        if (r >= 0 && *command) {
                r = sd_bus_message_open_container(m, 'e', "sv");
                if (r >= 0)
                        r = sd_bus_message_append(m, "s", "Command");
                if (r >= 0)
                        r = sd_bus_message_open_container(m, 'v', "as");
                if (r >= 0)
                        r = sd_bus_message_append_strv(m, command);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r;
}

static int start(Terminal *t, char **command) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *m = NULL, *reply = NULL;
        const char *id, *path;
        int r;

        r = sd_bus_message_new_method_call(t->bus, &m, NAME, PATH, MANAGER, "StartTerminal");
        if (r >= 0)
                r = append_options(m, command);
        if (r >= 0)
                r = sd_bus_call(t->bus, m, 0, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "so", &id, &path);
        if (r >= 0) {
                t->id = strdup(id);
                t->path = strdup(path);
                r = t->id && t->path ? 0 : -ENOMEM;
        }
        if (r < 0)
                fail("start", &error, r);
        sd_bus_message_unref(m);
        sd_bus_message_unref(reply);
        sd_bus_error_free(&error);
        return r;
}

/* Listens before the start, so that the end of a program that ends at once is not missed. */
static int prepare(Terminal *t, bool user, char **command) {
        sigset_t signals;
        int r;

        sigemptyset(&signals);
        sigaddset(&signals, SIGWINCH);
        sigprocmask(SIG_BLOCK, &signals, NULL);
        r = sd_event_default(&t->event);
        if (r >= 0)
                r = user ? sd_bus_open_user(&t->bus) : sd_bus_open_system(&t->bus);
        if (r >= 0)
                r = sd_bus_attach_event(t->bus, t->event, 0);
        if (r >= 0)
                r = sd_bus_match_signal(t->bus, NULL, NAME, PATH, MANAGER, "SessionRemoved", on_removed, t);
        if (r < 0)
                return fail("connect to the bus", NULL, r);
        r = start(t, command);
        if (r < 0)
                return r;
        r = sd_event_add_signal(t->event, NULL, SIGWINCH, on_resize, t);
        if (r >= 0)
                r = sd_event_add_io(t->event, NULL, STDIN_FILENO, EPOLLIN, on_input, t);
        if (r >= 0)
                r = attach_later(t, 0);
        return r < 0 ? fail("listen", NULL, r) : 0;
}

int main(int argc, char *argv[]) {
        bool user = argc > 1 && strcmp(argv[1], "--user") == 0;
        struct termios before, raw;
        Terminal t = { .stream = -1 };
        int r;

        if (tcgetattr(STDIN_FILENO, &before) < 0 || !isatty(STDOUT_FILENO)) {
                fprintf(stderr, "This connects a terminal; run it on one.\n");
                return EXIT_FAILURE;
        }
        r = prepare(&t, user, argv + (user ? 2 : 1));
        if (r >= 0) {
                raw = before;
                cfmakeraw(&raw);
                tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
                r = sd_event_loop(t.event);
                tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
                (void) write_all(STDOUT_FILENO, RESET, strlen(RESET));
                printf("\n%s\n", t.why);
        }
        close_stream(&t);
        sd_event_source_disable_unref(t.pause_source);
        sd_bus_flush_close_unref(t.bus);
        sd_event_unref(t.event);
        free(t.id);
        free(t.path);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
