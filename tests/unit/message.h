/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* D-Bus messages to be read by the code under test, without a bus. */

#include <check.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "shared/macros.h"

/* A connection that goes nowhere; enough to make messages. */
static inline sd_bus *message_bus(void) {
        static sd_bus *bus;
        int pair[2];

        if (bus)
                return bus;
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
        ck_assert_int_ge(sd_bus_new(&bus), 0);
        ck_assert_int_ge(sd_bus_set_fd(bus, pair[0], pair[0]), 0);
        ck_assert_int_ge(sd_bus_start(bus), 0);
        return bus;
}

static inline void message_bus_done(void) {
        sd_bus_close_unref(message_bus());
}

/* A call to be filled with sd_bus_message_append(), and then finished with message_seal(). */
static inline sd_bus_message *message_new(void) {
        sd_bus_message *m = NULL;

        ck_assert_int_ge(sd_bus_message_new_method_call(message_bus(), &m, "a.b", "/", "a.b", "Call"), 0);
        return m;
}

static inline sd_bus_message *message_seal(sd_bus_message *m) {
        ck_assert_int_ge(sd_bus_message_seal(m, 1, 0), 0);
        return m;
}

/* A whole one, as sd_bus_message_append() takes it. */
static inline sd_bus_message *message_make(const char *types, ...) {
        sd_bus_message *m = message_new();
        va_list arguments;

        va_start(arguments, types);
        ck_assert_int_ge(sd_bus_message_appendv(m, types, arguments), 0);
        va_end(arguments);
        return message_seal(m);
}
