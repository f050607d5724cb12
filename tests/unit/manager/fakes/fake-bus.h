/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A message bus with everybody on it but the manager, in the case's own process: what the manager asks
 * of others is answered as the case has settled it, or as those others would; what it tells is noted;
 * and anybody may call it. */

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

/* Listens at this path, which is what $DBUS_SYSTEM_BUS_ADDRESS and $DBUS_SESSION_BUS_ADDRESS are to name. */
void fake_bus_open(const char *path);
void fake_bus_close(void);

/* Serves in a thread, for what the manager waits for at its start; takes its connection, too. Meanwhile
 * the case asks nothing of the bus. */
void fake_bus_serve(void);
void fake_bus_serve_end(void);
/* Serves in this loop from here on, but while the thread does; NULL: in none. */
void fake_bus_attach(sd_event *event);
/* The manager is gone; another one may come. What was noted stays. */
void fake_bus_detach(void);
/* The bus goes away under the manager. */
void fake_bus_break(void);

/* Who answers calls to this name (a constant), and with what; it may keep the call. Without a peer the
 * name has no owner. */
typedef void (*FakePeer)(sd_bus_message *call);
void fake_bus_set_peer(const char *name, FakePeer peer);

/* Who the bus says is behind this connection (a constant); pid 0: it does not say. Nobody else is on the
 * bus. */
void fake_bus_set_caller(const char *name, uid_t uid, pid_t pid);

/* What is done with the next calls of a method whose note (see fake_bus_heard()) begins with this. They
 * are held until fake_bus_release(), or answered with an error: as often as times says. */
void fake_bus_hold(const char *call, unsigned times);
void fake_bus_refuse(const char *call, unsigned times, const char *name, const char *message);
/* Has the oldest call that is held and begins with this answered as usual; false: there is none. */
bool fake_bus_release(const char *call);

/* How often the manager called a method, or sent a signal: "METHOD ARGUMENT…" with those arguments that
 * are of a basic type, up to the first that is not; text may be its beginning. "StopUnit
 * compute-t1.scope". */
unsigned fake_bus_heard(const char *text);
/* The message of the last of them, up to the next; NULL: there was none. */
sd_bus_message *fake_bus_last(const char *text);
void fake_bus_forget(void);

/* A signal of a peer's to the manager. */
void fake_bus_signal(const char *sender, const char *path, const char *interface, const char *member,
        const char *types, ...);

/* A call to the manager and its answer, which is NULL until there is one. It is freed with the bus. */
typedef struct FakeCall {
        sd_bus_message *answer;
        sd_bus_slot *slot;
        struct FakeCall *next;
} FakeCall;

FakeCall *fake_bus_call(const char *sender, const char *path, const char *interface, const char *member,
        const char *types, ...);
/* A call to be filled, and then sent; sender as above. */
sd_bus_message *fake_bus_call_new(
        const char *sender, const char *path, const char *interface, const char *member);
FakeCall *fake_bus_call_send(sd_bus_message *call);

/* "" for a success, else its name; what the error says. There must be an answer. */
const char *fake_call_error(const FakeCall *call);
const char *fake_call_message(const FakeCall *call);

/* For who looks into a case: all that was noted, to standard error. */
void fake_bus_dump(void);
