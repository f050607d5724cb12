/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes many sessions to measure with, several at a time, and ends them.
 *
 *      sessions start COUNT COMMAND…   starts terminals; prints their ids
 *      sessions register COUNT         forks processes that register themselves and wait; prints their ids
 *      sessions stop ID…
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/names.h"
#include "tests/bench/calls.h"

#define AT_ONCE 8

static sd_bus *bus;
static unsigned n_waiting;

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error) {
        bool prints = userdata;
        const char *id;

        (void) error;
        n_waiting--;
        if (sd_bus_message_is_method_error(reply, NULL))
                fail("%s", sd_bus_message_get_error(reply)->message);
        if (prints) {
                check(sd_bus_message_read(reply, "so", &id, NULL), "cannot read the reply", NULL);
                puts(id);
        }
        return 0;
}

static void wait_until_waiting(unsigned n) {
        while (n_waiting > n)
                process_or_wait(bus);
}

static void send_call(sd_bus_message *call, bool prints) {
        wait_until_waiting(AT_ONCE - 1);
        check(sd_bus_call_async(bus, NULL, call, on_reply, prints ? &n_waiting : NULL, CALL_USEC),
                "cannot call", NULL);
        sd_bus_message_unref(call);
        n_waiting++;
}

static void start(unsigned long count, char **command) {
        for (unsigned long i = 0; i < count; i++)
                send_call(new_start_terminal(bus, command), /* prints = */ true);
}

static void __attribute__((noreturn)) be_session(int ready) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        const char *id;
        char line[64];
        int n;

        check(sd_bus_open_system(&bus), "cannot connect to the bus", NULL);
        check(sd_bus_call_method(bus, BUS_NAME, BUS_PATH, MANAGER_INTERFACE, "RegisterSession", &error,
                      &reply, "ssa{sv}", "terminal", "benchmark", 0),
                "cannot register", &error);
        check(sd_bus_message_read(reply, "so", &id, NULL), "cannot read the reply", NULL);
        n = snprintf(line, sizeof(line), "%s\n", id);
        if (write(ready, line, (size_t) n) != n)
                _exit(EXIT_FAILURE);
        /* Nobody who waits for the end of our output is to wait for this process. */
        (void) close(ready);
        (void) close(STDERR_FILENO);
        sd_bus_flush_close_unref(bus);
        for (;;)
                pause();
}

/* They outlive us: it takes a stop to end them. */
static void register_all(unsigned long count) {
        for (unsigned long i = 0; i < count; i++) {
                char line[64];
                int ends[2];
                ssize_t n;
                pid_t pid;

                fflush(stdout);
                if (pipe(ends) < 0)
                        fail("cannot make a pipe: %m");
                pid = fork();
                if (pid < 0)
                        fail("cannot fork: %m");
                if (pid == 0) {
                        (void) close(ends[0]);
                        (void) close(STDOUT_FILENO);
                        be_session(ends[1]);
                }
                (void) close(ends[1]);
                n = read(ends[0], line, sizeof(line));
                (void) close(ends[0]);
                if (n <= 0)
                        fail("a process could not register itself");
                (void) fwrite(line, 1, (size_t) n, stdout);
        }
}

static void stop(char **ids) {
        for (; *ids; ids++) {
                sd_bus_message *call = new_manager_call(bus, "StopSession");

                check(sd_bus_message_append(call, "s", *ids), "cannot make a call", NULL);
                send_call(call, /* prints = */ false);
        }
}

int main(int argc, char *argv[]) {
        if (argc < 3)
                fail("usage: sessions start COUNT COMMAND… | register COUNT | stop ID…");
        if (strcmp(argv[1], "register") == 0) {
                register_all(strtoul(argv[2], NULL, 10));
                return EXIT_SUCCESS;
        }
        check(sd_bus_open_system(&bus), "cannot connect to the bus", NULL);
        if (strcmp(argv[1], "start") == 0)
                start(strtoul(argv[2], NULL, 10), argv + 3);
        else
                stop(argv + 2);
        wait_until_waiting(0);
        sd_bus_flush_close_unref(bus);
        return EXIT_SUCCESS;
}
