/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connects the user's terminal to a session's.
 *
 * The service hands out a stream (see Session.Attach in the interface's description), pump.c carries the
 * bytes. Beside it we listen on the bus: the stream says only that it ended; why is told by the session's
 * properties Result and ExitStatus, which change before SessionRemoved, after which nobody can be asked any
 * more. If the session did not end, reattach.c gets another stream. */

#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl/attach/attach.h"
#include "ctl/attach/tty-answers.h"
#include "ctl/bus/properties.h"
#include "ctl/sessions/login.h"
#include "ctl/text/format.h"
#include "shared/log.h"
#include "shared/names.h"

#define END_TIMEOUT_USEC (3 * USEC_PER_SEC) /* from the stream's end to what is said about it */
#define DRAIN_TIMEOUT_USEC \
        (1 * USEC_PER_SEC) /* how long a stream is quiet after SessionRemoved before it is given up */
#define ASKED_USEC \
        (5 * USEC_PER_SEC) /* what a terminal has not answered by then it does not answer at all */
#define ANSWER_TIMEOUT_USEC (1 * USEC_PER_SEC) /* for it to answer when the user leaves */
#define SIGNAL_STATUS_BASE  128
#define TITLE_PUSH          "\033[22;0t" /* screen_modes_undo() takes it back */

static const PropertyField fields[] = {
        { "State", "s", offsetof(Attach, state) },
        { "FreezerState", "s", offsetof(Attach, freezer_state) },
        { "Result", "s", offsetof(Attach, result) },
        { "ExitStatus", "i", offsetof(Attach, exit_status) },
};

int attach_read_properties(Attach *a, sd_bus_message *m) {
        return properties_read(m, fields, ELEMENTSOF(fields), a);
}

static int on_removed(sd_bus_message *m, void *userdata, _unused_ sd_bus_error *error) {
        const char *id, *path, *result;
        Attach *a = userdata;

        if (sd_bus_message_read(m, "sos", &id, &path, &result) < 0 || !streq(id, a->id))
                return 0;
        if (!a->gone)
                a->quiet_since = now_usec(CLOCK_MONOTONIC);
        a->gone = true;
        return isempty(a->result) ? replace_string(&a->result, result) : 0;
}

static int on_changed(sd_bus_message *m, void *userdata, _unused_ sd_bus_error *error) {
        Attach *a = userdata;

        if (!streq_null(sd_bus_message_get_path(m), a->path) || sd_bus_message_skip(m, "s") < 0)
                return 0;
        return attach_read_properties(a, m);
}

int attach_begin(Attach *a, Client *c) {
        int r;

        r = attach_check_host(c, "Terminals cannot be attached");
        if (r < 0)
                return r;
        r = client_connect(c);
        if (r < 0)
                return r;
        a->client = c;
        r = sd_bus_match_signal_async(c->bus, &a->removed_slot, BUS_NAME, BUS_PATH, MANAGER_INTERFACE,
                "SessionRemoved", on_removed, NULL, a);
        if (r >= 0)
                r = sd_bus_add_match_async(c->bus, &a->changed_slot,
                        "type='signal',sender='" BUS_NAME "',path_namespace='" SESSION_PATH "',"
                        "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
                        "arg0='" SESSION_INTERFACE "'",
                        on_changed, NULL, a);
        if (r < 0)
                return client_report(c, r, NULL, "listen to the service");
        return 0;
}

void attach_done(Attach *a) {
        tty_restore(&a->tty);
        a->removed_slot = sd_bus_slot_unref(a->removed_slot);
        a->changed_slot = sd_bus_slot_unref(a->changed_slot);
        reattach_done(&a->reattach);
        a->signals = safe_close(a->signals);
        a->pump.stream = safe_close(a->pump.stream);
        a->pump.output = safe_close(a->pump.output);
        pump_done(&a->pump);
        free(a->state);
        free(a->freezer_state);
        free(a->result);
        a->state = a->freezer_state = a->result = NULL;
}

bool attach_update_size(Attach *a) {
        uint32_t rows = 0, columns = 0;
        bool same;

        if (!tty_size(STDOUT_FILENO, &rows, &columns))
                (void) tty_size(STDIN_FILENO, &rows, &columns);
        same = rows == a->options.rows && columns == a->options.columns;
        a->options.rows = rows;
        a->options.columns = columns;
        return !same;
}

void attach_send_size(Attach *a) {
        /* Who only looks has no say; and where sizes are set by hand, a window is no hand. */
        bool counts = !a->options.read_only && !streq_null(a->options.size_policy, "manual");

        if (attach_update_size(a) && a->options.rows > 0 && !a->bus_lost && counts)
                (void) sd_bus_call_method_async(a->client->bus, NULL, BUS_NAME, a->path, SESSION_INTERFACE,
                        "Resize", NULL, NULL, "uu", a->options.rows, a->options.columns);
}

/* What is not shown on a terminal is for a program, which wants what is printed and no picture. */
static void set_options(Attach *a) {
        const Arguments *arguments = a->client->arguments;

        a->output_is_tty = isatty(STDOUT_FILENO);
        a->options = (AttachOptions){
                .scrollback = a->output_is_tty ? arguments->scrollback : 0,
                .raw = arguments->raw || !a->output_is_tty,
                .read_only = arguments->read_only,
                .size_policy = arguments->size_policy,
        };
        (void) attach_update_size(a);
}

/* Asks for the stream. Returns 1; 0 if the session has just ended; failures are told. */
static int open_stream(Attach *a, bool just_started) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        int r;

        r = attach_message(a->client, a->path, &a->options, &m);
        if (r < 0)
                return client_report(a->client, r, NULL, "attach to %s", a->id);
        r = client_call(a->client, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r < 0 && just_started &&
                (client_error_is_gone(&error) || sd_bus_error_has_name(&error, ERROR_NOT_ATTACHABLE)))
                return 0;
        if (r >= 0)
                r = attach_read_stream(reply);
        if (r < 0)
                return client_report(a->client, r, &error, "attach to %s", a->id);
        a->pump.stream = r;
        reattach_connected(&a->reattach, now_usec(CLOCK_MONOTONIC));
        return 1;
}

static int prepare_terminal(Attach *a) {
        static const int caught[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP };
        sigset_t mask;
        int r;

        (void) sigemptyset(&mask);
        for (size_t i = 0; i < ELEMENTSOF(caught); i++)
                (void) sigaddset(&mask, caught[i]);
        (void) sigprocmask(SIG_BLOCK, &mask, NULL);
        (void) signal(SIGPIPE, SIG_IGN);
        a->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
        if (a->signals < 0)
                return log_error_errno(errno, "Failed to listen for signals: %m");

        a->pump.input = STDIN_FILENO;
        a->pump.input_is_tty = isatty(STDIN_FILENO);
        a->pump.detach_key = a->client->arguments->detach_key;
        a->pump.read_only = a->options.read_only;
        a->pump.output = output_open(STDOUT_FILENO, &a->pump.output_may_block);
        if (a->pump.output < 0)
                return log_error_errno(a->pump.output, "Failed to open the output: %m");
        if (pump_begin(&a->pump) < 0)
                return log_oom();
        if (a->output_is_tty && !a->options.raw)
                pump_show(&a->pump, TITLE_PUSH);
        if (a->pump.input_is_tty) {
                r = tty_make_raw(&a->tty, STDIN_FILENO);
                if (r < 0)
                        return log_error_errno(r, "Failed to set up the terminal: %m");
        }
        /* We hear of sizes from now on; the one that the stream was asked for with may be an old one. */
        attach_send_size(a);
        return 0;
}

/* A size that changes while there is no stream is told with the next. */
static void resized(Attach *a) {
        if (a->reattach.phase == REATTACH_IDLE)
                attach_send_size(a);
}

/* As the shell's job control expects it: the terminal is in order while we are stopped. */
static void suspend(Attach *a) {
        bool was_raw = a->tty.raw;

        tty_restore(&a->tty);
        (void) raise(SIGSTOP);
        if (was_raw)
                (void) tty_make_raw(&a->tty, STDIN_FILENO);
        resized(a);
}

static void read_signals(Attach *a) {
        struct signalfd_siginfo info;

        while (read(a->signals, &info, sizeof(info)) == sizeof(info))
                if (info.ssi_signo == SIGWINCH)
                        resized(a);
                else if (info.ssi_signo == SIGTSTP)
                        suspend(a);
                else
                        a->caught = (int) info.ssi_signo;
}

static void process_bus(Attach *a) {
        int r;

        if (a->bus_lost)
                return;
        do
                r = sd_bus_process(a->client->bus, NULL);
        while (r > 0);
        a->bus_lost = r < 0;
}

/* When to stop waiting for more of a stream whose session is gone. */
static usec_t drain_deadline(const Attach *a) {
        return a->gone ? usec_add(a->quiet_since, DRAIN_TIMEOUT_USEC) : USEC_INFINITY;
}

/* When the bus has something for us that came in already, or a call to give up. */
static usec_t bus_deadline(const Attach *a) {
        usec_t until = USEC_INFINITY;

        if (!a->bus_lost)
                (void) sd_bus_get_timeout(a->client->bus, &until);
        return until;
}

/* Until when poll() may wait, as its timeout. */
static int loop_timeout(const Attach *a) {
        usec_t until = bus_deadline(a), now = now_usec(CLOCK_MONOTONIC);

        until = MIN(until, drain_deadline(a));
        until = MIN(until, reattach_deadline(a));
        until = MIN(until, a->pump.key_until);
        if (until == USEC_INFINITY)
                return -1;
        return until <= now ? 0 : (int) MIN((until - now) / USEC_PER_MSEC + 1, (usec_t) INT32_MAX);
}

static PumpResult attach_loop(Attach *a) {
        bool bus_is_due = true;

        for (;;) {
                struct pollfd fds[N_PUMP_FDS + 2];
                struct pollfd *signals = &fds[N_PUMP_FDS], *bus = &fds[N_PUMP_FDS + 1];
                PumpResult result;

                /* Not each time: between a key and its echo nothing happens there. */
                if (bus_is_due)
                        process_bus(a);
                if (!reattach_step(a))
                        return PUMP_ENDED;
                pump_prepare(&a->pump, fds);
                *signals = (struct pollfd){ .fd = a->signals, .events = POLLIN };
                *bus = (struct pollfd){ .fd = -1 };
                if (!a->bus_lost) {
                        bus->fd = sd_bus_get_fd(a->client->bus);
                        bus->events = (short) MAX(sd_bus_get_events(a->client->bus), 0);
                }
                if (poll(fds, ELEMENTSOF(fds), loop_timeout(a)) < 0) {
                        if (errno == EINTR)
                                continue;
                        return PUMP_ENDED;
                }
                bus_is_due = bus->revents || bus_deadline(a) <= now_usec(CLOCK_MONOTONIC);
                if (signals->revents)
                        read_signals(a);
                if (a->caught)
                        return PUMP_DETACHED;
                result = pump_step(&a->pump, fds);
                if (result == PUMP_ENDED && reattach_begin(a))
                        continue;
                if (result != PUMP_GOES_ON)
                        return result;
                if (fds[PUMP_FD_STREAM].revents || fds[PUMP_FD_OUTPUT].fd >= 0)
                        a->quiet_since = now_usec(CLOCK_MONOTONIC);
                else if (drain_deadline(a) <= now_usec(CLOCK_MONOTONIC))
                        return PUMP_ENDED;
        }
}

/* Finds out how the session ended, if it did: asks, and listens for a while, since the stream's end comes
 * first. */
static void learn_end(Attach *a) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *reply = NULL, *m = NULL;
        usec_t deadline = usec_add(now_usec(CLOCK_MONOTONIC), END_TIMEOUT_USEC);

        process_bus(a);
        if (!isempty(a->result) || a->bus_lost)
                return;
        if (properties_message(a->client, a->path, SESSION_INTERFACE, &m) < 0)
                return;
        if (sd_bus_call(a->client->bus, m, END_TIMEOUT_USEC, &error, &reply) >= 0)
                (void) attach_read_properties(a, reply);
        else
                a->gone = a->gone || client_error_is_gone(&error);

        process_bus(a);
        while (isempty(a->result) && !a->gone && !a->bus_lost) {
                usec_t now = now_usec(CLOCK_MONOTONIC);

                if (now >= deadline)
                        break;
                if (sd_bus_wait(a->client->bus, deadline - now) < 0)
                        break;
                process_bus(a);
        }
}

/* Sets the terminal back, and leaves the cursor where a message can be written. */
static void clean_up_screen(Attach *a, bool detached) {
        bool anywhere;

        if (a->tty.raw && a->output_is_tty && a->pump.asked_at > 0 &&
                now_usec(CLOCK_MONOTONIC) < usec_add(a->pump.asked_at, ASKED_USEC))
                tty_discard_answers(a->pump.input, a->pump.output, ANSWER_TIMEOUT_USEC);
        tty_restore(&a->tty);
        if (!a->output_is_tty)
                return;
        (void) attach_update_size(a);
        anywhere = screen_modes_undo(&a->pump.modes, a->options.columns, stdout);
        if (detached && anywhere)
                fputs("\033[9999;1H", stdout);
        if (detached || a->pump.last != '\n')
                fputs("\n", stdout);
        (void) fflush(stdout);
}

static int tell_end(Attach *a) {
        bool quiet = a->client->arguments->quiet;
        char text[RESULT_SIZE];

        if (isempty(a->result)) {
                if (!quiet && a->gone)
                        fprintf(stderr, "[%s ended]\n", a->id);
                else if (!quiet)
                        fprintf(stderr, "[detached from %s: its side closed the connection]\n", a->id);
                return EXIT_FAILURE;
        }
        if (!quiet)
                fprintf(stderr, "[%s ended: %s]\n", a->id, result_format(a->result, a->exit_status, text));
        return result_exit_status(a->result, a->exit_status);
}

static bool is_frozen(const Attach *a) {
        return streq_null(a->freezer_state, "frozen");
}

/* Who attaches to what does not answer is told why: now, and when they leave, as the picture hides what was
 * told now. */
static void tell_frozen(Attach *a) {
        _cleanup_message_ sd_bus_message *reply = NULL, *m = NULL;

        if (a->client->arguments->quiet || properties_message(a->client, a->path, SESSION_INTERFACE, &m) < 0)
                return;
        if (sd_bus_call(a->client->bus, m, CALL_TIMEOUT_USEC, NULL, &reply) >= 0)
                (void) attach_read_properties(a, reply);
        if (is_frozen(a))
                fprintf(stderr, "[%s is frozen, until 'computectl thaw %s']\n", a->id, a->id);
}

int attach_run(Attach *a, const char *id, bool just_started) {
        PumpResult result;
        int r;

        snprintf(a->id, sizeof(a->id), "%s", id);
        session_bus_path(id, a->path);

        set_options(a);
        r = open_stream(a, just_started);
        if (r < 0)
                return r;
        if (r == 0) {
                learn_end(a);
                return tell_end(a);
        }
        if (!a->options.read_only)
                login_renew(a->client->arguments, a->id);
        if (!just_started)
                tell_frozen(a);
        r = prepare_terminal(a);
        if (r < 0)
                return r;

        result = attach_loop(a);
        clean_up_screen(a, result == PUMP_DETACHED);
        if (result == PUMP_NOBODY_READS)
                return SIGNAL_STATUS_BASE + SIGPIPE;
        if (result == PUMP_DETACHED) {
                if (!a->client->arguments->quiet)
                        fprintf(stderr, "[detached from %s%s]\n", a->id,
                                is_frozen(a) ? ", which is frozen" : "");
                return a->caught ? SIGNAL_STATUS_BASE + a->caught : EXIT_SUCCESS;
        }
        if (sd_bus_error_is_set(&a->reattach.error))
                return client_report(
                        a->client, a->reattach.result, &a->reattach.error, "attach to %s again", a->id);
        learn_end(a);
        return tell_end(a);
}
