/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lists all sessions, with the memory that each uses.
 *
 * Usage: list [--user] */

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

#define NAME    "org.computesession1"
#define PATH    "/org/computesession1"
#define MANAGER "org.computesession1.Manager"

static int fail(const char *what, const sd_bus_error *error, int r) {
        fprintf(stderr, "Cannot %s: %s\n", what, error && error->message ? error->message : strerror(-r));
        return r;
}

/* One call for each session: it may have ended meanwhile, which is no failure. */
static uint64_t memory_of(sd_bus *bus, const char *path) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        uint64_t memory = UINT64_MAX;

        (void) sd_bus_get_property_trivial(
                bus, NAME, path, "org.computesession1.Session", "MemoryCurrent", &error, 't', &memory);
        sd_bus_error_free(&error);
        return memory;
}

/* Prints what ListSessions answered, an a(ssusso). */
static int print_sessions(sd_bus *bus, sd_bus_message *m) {
        const char *id, *type, *name, *state, *path;
        uint32_t uid;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(ssusso)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(ssusso)", &id, &type, &uid, &name, &state, &path)) > 0) {
                uint64_t memory = memory_of(bus, path);

                printf("%s %s %" PRIu32 " %s ", id, type, uid, state);
                if (memory == UINT64_MAX)
                        printf("- %s\n", name);
                else
                        printf("%" PRIu64 "K %s\n", memory / 1024, name);
        }
        return r;
}

int main(int argc, char *argv[]) {
        bool user = argc > 1 && strcmp(argv[1], "--user") == 0;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        sd_bus *bus = NULL;
        int r;

        r = user ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus);
        if (r < 0)
                fail("connect to the bus", NULL, r);
        if (r >= 0) {
                r = sd_bus_call_method(bus, NAME, PATH, MANAGER, "ListSessions", &error, &reply, NULL);
                if (r < 0)
                        fail("list sessions", &error, r);
        }
        if (r >= 0) {
                r = print_sessions(bus, reply);
                if (r < 0)
                        fail("read the answer", NULL, r);
        }
        sd_bus_error_free(&error);
        sd_bus_message_unref(reply);
        sd_bus_flush_close_unref(bus);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
