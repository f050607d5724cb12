/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the programs here share: calls, and ending with a sentence when anything fails. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#define SYSTEMD   "org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"
#define CALL_USEC (120 * UINT64_C(1000000))

/* Prints the program's name and the message, and ends the program. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Fails with "what: why" if r is negative; the error, if there is one, says why. */
void check(int r, const char *what, const sd_bus_error *error);

/* A call of our manager, without arguments yet. */
sd_bus_message *new_manager_call(sd_bus *bus, const char *method);

/* A whole call of StartTerminal. By its name the session can be found and ended, whatever happens to us. */
sd_bus_message *new_start_terminal(sd_bus *bus, char **command);

/* Handles messages until there are none left, or waits for one. */
void process_or_wait(sd_bus *bus);
