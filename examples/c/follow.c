/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints which sessions there are, and then what happens to them, until it is interrupted.
 *
 * Usage: follow [--user] */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME       "org.computesession1"
#define PATH       "/org/computesession1"
#define MANAGER    "org.computesession1.Manager"
#define PROPERTIES "org.freedesktop.DBus.Properties"

static int fail(const char *what, const sd_bus_error *error, int r) {
        fprintf(stderr, "Cannot %s: %s\n", what, error && error->message ? error->message : strerror(-r));
        return r;
}

static int on_list(sd_bus_message *m, void *userdata, sd_bus_error *ret_error) {
        const char *id, *type, *name, *state, *path;
        uint32_t uid;
        int r;

        (void) userdata;
        (void) ret_error;
        if (sd_bus_message_is_method_error(m, NULL))
                return fail("list sessions", sd_bus_message_get_error(m), -EIO);
        r = sd_bus_message_enter_container(m, 'a', "(ssusso)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(ssusso)", &id, &type, &uid, &name, &state, &path)) > 0)
                printf("there: %s %s %s\n", id, state, name);
        return r;
}

static int list(sd_bus *bus) {
        return sd_bus_call_method_async(bus, NULL, NAME, PATH, MANAGER, "ListSessions", on_list, NULL, NULL);
}

/* The manager was restarted, or has ended: a signal may have been missed. */
static int on_owner(sd_bus_message *m, void *userdata, sd_bus_error *ret_error) {
        const char *name, *old_owner, *new_owner;

        (void) userdata;
        (void) ret_error;
        if (sd_bus_message_read(m, "sss", &name, &old_owner, &new_owner) < 0 || !*new_owner)
                return 0;
        return list(sd_bus_message_get_bus(m));
}

static int on_new(sd_bus_message *m, void *userdata, sd_bus_error *ret_error) {
        const char *id, *path;

        (void) userdata;
        (void) ret_error;
        if (sd_bus_message_read(m, "so", &id, &path) >= 0)
                printf("new: %s\n", id);
        return 0;
}

static int on_removed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error) {
        const char *id, *path, *result;

        (void) userdata;
        (void) ret_error;
        if (sd_bus_message_read(m, "sos", &id, &path, &result) >= 0)
                printf("removed: %s %s\n", id, result);
        return 0;
}

/* Of all that may change, prints the two that most clients need. */
static int on_changed(sd_bus_message *m, void *userdata, sd_bus_error *ret_error) {
        const char *path = sd_bus_message_get_path(m), *interface, *name, *value;
        int r;

        (void) userdata;
        (void) ret_error;
        r = sd_bus_message_read(m, "s", &interface);
        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
                r = sd_bus_message_read(m, "s", &name);
                if (r < 0)
                        break;
                if (strcmp(name, "State") == 0 || strcmp(name, "KernelState") == 0) {
                        r = sd_bus_message_read(m, "v", "s", &value);
                        if (r >= 0)
                                printf("changed: %s %s %s\n", strrchr(path, '/') + 1, name, value);
                } else
                        r = sd_bus_message_skip(m, "v");
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : 0;
}

/* First listens, then looks: what happens in between is seen twice rather than never. */
static int follow(sd_bus *bus) {
        int r;

        r = sd_bus_match_signal(bus, NULL, NAME, PATH, MANAGER, "SessionNew", on_new, NULL);
        if (r >= 0)
                r = sd_bus_match_signal(bus, NULL, NAME, PATH, MANAGER, "SessionRemoved", on_removed, NULL);
        if (r >= 0)
                r = sd_bus_add_match(bus, NULL,
                        "type='signal',sender='" NAME "',interface='" PROPERTIES
                        "',member='PropertiesChanged',"
                        "arg0='org.computesession1.Session'",
                        on_changed, NULL);
        if (r >= 0)
                r = sd_bus_add_match(bus, NULL,
                        "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" NAME
                        "'",
                        on_owner, NULL);
        if (r >= 0)
                r = list(bus);
        while (r >= 0) {
                r = sd_bus_process(bus, NULL);
                if (r == 0) {
                        fflush(stdout);
                        r = sd_bus_wait(bus, UINT64_MAX);
                }
        }
        return r;
}

int main(int argc, char *argv[]) {
        bool user = argc > 1 && strcmp(argv[1], "--user") == 0;
        sd_bus *bus = NULL;
        int r;

        r = user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
        if (r < 0)
                fail("connect to the bus", NULL, r);
        else
                fail("follow sessions", NULL, follow(bus));
        sd_bus_flush_close_unref(bus);
        return EXIT_FAILURE;
}
