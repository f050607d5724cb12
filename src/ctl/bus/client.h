/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The connection to the service, calls to it, and how their errors are told. */

#include <systemd/sd-bus.h>

#include "ctl/options/arguments.h"
#include "shared/time-span.h"

#define CALL_TIMEOUT_USEC  (25 * USEC_PER_SEC)
#define START_TIMEOUT_USEC (3 * USEC_PER_MINUTE) /* longer than the service waits for a start */
#define STOP_TIMEOUT_USEC  (10 * USEC_PER_MINUTE)
#define ASK_TIMEOUT_USEC   (3 * USEC_PER_MINUTE) /* longer than the service waits for somebody's password */

typedef struct Client {
        const Arguments *arguments;
        sd_bus *bus; /* NULL before client_connect() */
        pid_t agent; /* see authentication.h; 0: none */
} Client;

/* A method call under way. */
typedef struct Call {
        sd_bus_slot *slot;
        sd_bus_message *message; /* and how long its answer may take, in case that it is to be sent again */
        usec_t timeout;
        sd_bus_message *reply; /* NULL before it came, or if it failed */
        sd_bus_error error;
        int result; /* -EINPROGRESS, then 0 or -errno */
} Call;

/* Opens the bus if it is not open. Failures are told. */
int client_connect(Client *c);
void client_done(Client *c);

/* Tells that something failed: "Failed to FORMAT: MESSAGE", where MESSAGE is the error's, and what to do if
 * the service is not there. Returns -abs(result). */
int client_report(Client *c, int result, const sd_bus_error *error, const char *format, ...) _printf_(4, 5);

/* A new call of the service's manager, or of any object of it. 0 or -errno. */
int manager_message(Client *c, const char *member, sd_bus_message **ret);
int object_message(
        Client *c, const char *path, const char *interface, const char *member, sd_bus_message **ret);
/* A call of org.freedesktop.DBus.Properties.GetAll. */
int properties_message(Client *c, const char *path, const char *interface, sd_bus_message **ret);

/* Sends the message; the call must stay where it is until it is done. Several may be under way. Takes no
 * ownership of the message. A failure is the call's result. */
void call_send(Client *c, Call *call, sd_bus_message *m, usec_t timeout);
/* Waits until fewer than CALLS_MAX have no result yet: the bus allows 128 for each connection, and refuses
 * what comes behind. 0, or -errno if the bus is lost; calls_wait() then says so as well. */
#define CALLS_MAX 100
int calls_wait_room(Client *c, const Call *calls, size_t n);
/* Waits until all have a result; those that need somebody's password are sent again, with leave to ask for
 * it. 0, or -errno if the bus is lost; then the calls have that result too. */
int calls_wait(Client *c, Call *calls, size_t n);
void call_done(Call *call);

/* One call, as sd_bus_call(); sent again with leave to ask if it needs somebody's password. */
int client_call(
        Client *c, sd_bus_message *m, usec_t timeout, sd_bus_error *ret_error, sd_bus_message **ret_reply);

#define _cleanup_call_      _cleanup_(call_done)
#define _cleanup_message_   _cleanup_(sd_bus_message_unrefp)
#define _cleanup_bus_error_ _cleanup_(sd_bus_error_free)
#define CALL_NULL \
        { .result = -EINPROGRESS }

/* Does the error say that there is no such session (any more)? */
bool client_error_is_gone(const sd_bus_error *error);

/* Does the error say that the manager or a keeper is away, or has its hands full, and may answer before
 * long? */
bool client_error_is_passing(const sd_bus_error *error);
