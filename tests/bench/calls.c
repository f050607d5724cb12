/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Calls of the manager and of systemd, for measuring programs. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/names.h"
#include "tests/bench/calls.h"

void fail(const char *format, ...) {
        va_list arguments;

        fprintf(stderr, "%s: ", program_invocation_short_name);
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
        exit(EXIT_FAILURE);
}

void check(int r, const char *what, const sd_bus_error *error) {
        if (r < 0)
                fail("%s: %s", what, error && error->message ? error->message : strerror(-r));
}

sd_bus_message *new_manager_call(sd_bus *bus, const char *method) {
        sd_bus_message *call = NULL;

        check(sd_bus_message_new_method_call(bus, &call, BUS_NAME, BUS_PATH, MANAGER_INTERFACE, method),
                "cannot make a call", NULL);
        return call;
}

sd_bus_message *new_start_terminal(sd_bus *bus, char **command) {
        sd_bus_message *call = new_manager_call(bus, "StartTerminal");
        int r;

        r = sd_bus_message_open_container(call, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(call, "{sv}", "Name", "s", "benchmark");
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(call, "s", "Command");
        if (r >= 0)
                r = sd_bus_message_open_container(call, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_append_strv(call, command);
        for (int depth = 0; depth < 3 && r >= 0; depth++)
                r = sd_bus_message_close_container(call);
        check(r, "cannot make a call", NULL);
        return call;
}

void process_or_wait(sd_bus *bus) {
        int r;

        r = sd_bus_process(bus, NULL);
        if (r == 0)
                r = sd_bus_wait(bus, CALL_USEC);
        check(r, "cannot wait for the bus", NULL);
}
