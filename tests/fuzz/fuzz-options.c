/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What callers may ask for: any arguments and dictionary of options that the bus lets through are read to
 * the end or refused with a name and a sentence, and what is accepted is within its bounds.
 *
 * The input is a little program that builds the message: the method, then for each option its name, the type
 * of its value, and the value. */

#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "manager/base/start-request.h"
#include "shared/strv.h"
#include "shared/text.h"
#include "tests/fuzz/input.h"

#define OPTIONS_MAX 64

/* A connection that goes nowhere; enough to make messages. */
static sd_bus *bus_nowhere(void) {
        static sd_bus *bus;
        int pair[2];

        if (bus)
                return bus;
        promise(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) >= 0);
        promise(sd_bus_new(&bus) >= 0 && sd_bus_set_fd(bus, pair[0], pair[0]) >= 0 &&
                sd_bus_start(bus) >= 0);
        return bus;
}

/* Strings that sd-bus does not take, as they are no UTF-8, are left as "?": the bus lets none of them
 * through. */
static int append_string(sd_bus_message *m, Input *in) {
        _cleanup_free_ char *s = input_string(in);
        int r = sd_bus_message_append_basic(m, 's', s);

        return r >= 0 ? r : sd_bus_message_append_basic(m, 's', "?");
}

static int append_strings(sd_bus_message *m, Input *in) {
        unsigned n = input_byte(in) % 16 == 15 ? 1030 : input_byte(in) % 8;
        int r;

        r = sd_bus_message_open_container(m, 'a', "s");
        while (r >= 0 && n-- > 0)
                r = append_string(m, in);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_variant(sd_bus_message *m, Input *in, unsigned depth) {
        static const char *const types[] = { "s", "as", "u", "b", "t", "i", "o", "v", "a{sv}", "(su)", "ay",
                "d" };
        const char *type = types[input_byte(in) % ELEMENTSOF(types)];
        uint64_t number;
        int r;

        if (depth > 4)
                type = "s";
        r = sd_bus_message_open_container(m, 'v', type);
        if (r < 0)
                return r;
        if (streq(type, "s"))
                r = append_string(m, in);
        else if (streq(type, "as"))
                r = append_strings(m, in);
        else if (streq(type, "v"))
                r = append_variant(m, in, depth + 1);
        else if (streq(type, "o"))
                r = sd_bus_message_append(m, "o", "/");
        else if (streq(type, "a{sv}"))
                r = sd_bus_message_append(m, "a{sv}", 1, "Rows", "u", 1);
        else if (streq(type, "(su)"))
                r = sd_bus_message_append(m, "(su)", "Name", 1);
        else if (streq(type, "ay"))
                r = sd_bus_message_append(m, "ay", 2, 1, 2);
        else {
                number = input_number(in, streq(type, "u") || streq(type, "i") ? 4 : 8);
                r = streq(type, "b") ? sd_bus_message_append(m, "b", (int) (number & 1))
                        : type[0] == 'd' || type[0] == 't'
                        ? sd_bus_message_append_basic(m, type[0], &number)
                        : sd_bus_message_append(m, type, (uint32_t) number);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_name(sd_bus_message *m, Input *in) {
        static const char *const names[] = { "Name", "Command", "WorkingDirectory", "Environment", "Rows",
                "Columns", "OnDetach", "Transport", "Notebook", "KernelName", "ConnectionFile", "MemoryMax",
                "MemoryHighScale", "MemorySwapMax", "CPUQuotaPerSecUSec", "CPUWeight", "IOWeight",
                "TasksMax", "TasksMaxScale" };
        unsigned which = input_byte(in) % (ELEMENTSOF(names) + 1);

        return which < ELEMENTSOF(names) ? sd_bus_message_append_basic(m, 's', names[which])
                                         : append_string(m, in);
}

static int append_options(sd_bus_message *m, Input *in) {
        int r;

        r = sd_bus_message_open_container(m, 'a', "{sv}");
        for (unsigned i = 0; r >= 0 && in->size > 0 && i < OPTIONS_MAX; i++) {
                r = sd_bus_message_open_container(m, 'e', "sv");
                if (r >= 0)
                        r = append_name(m, in);
                if (r >= 0)
                        r = append_variant(m, in, 0);
                if (r >= 0)
                        r = sd_bus_message_close_container(m);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static void check_text(const char *s) {
        promise(!s || (text_is_printable(s) && strlen(s) <= OPTION_PATH_MAX));
}

static void check_request(const StartRequest *request) {
        check_text(request->name);
        check_text(request->directory);
        check_text(request->notebook);
        check_text(request->kernel);
        check_text(request->connection_file);
        promise(!request->name || session_name_is_valid(request->name));
        promise(strv_length(request->command) <= REQUEST_COMMAND_MAX);
        promise(strv_length(request->environment) <= REQUEST_ENVIRONMENT_MAX);
        promise(request->rows <= TERMINAL_SIZE_MAX && request->columns <= TERMINAL_SIZE_MAX);
        for (LimitKind kind = 0; kind < LIMIT_KIND_MAX; kind++)
                promise(limit_is_valid(kind, request->limits.values[kind]) &&
                        (limits_have(&request->limits, kind) || request->limits.values[kind] == LIMIT_NONE));
        STRV_FOREACH(s, request->environment)
                promise(env_assignment_is_valid(*s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        Input in = { data, size };
        RequestKind kind = input_byte(&in) % 3;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        StartRequest *request = NULL;
        sd_bus_message *m = NULL;
        int r;

        promise(sd_bus_message_new_method_call(bus_nowhere(), &m, "a.b", "/", "a.b", "Call") >= 0);
        r = kind == REQUEST_TERMINAL ? 0 : append_string(m, &in);
        if (r >= 0 && kind != REQUEST_TERMINAL)
                r = append_string(m, &in);
        if (r >= 0)
                r = append_options(m, &in);
        promise(r >= 0 && sd_bus_message_seal(m, 1, 0) >= 0);
        r = start_request_read(kind, m, &request, &error);
        promise((r >= 0) == (request != NULL));
        promise(r < 0 || sd_bus_message_at_end(m, /* complete = */ false) > 0);
        if (request)
                check_request(request);
        /* Everything that the bus lets through is refused with a reason. */
        promise(r >= 0 || (sd_bus_error_is_set(&error) && !isempty(error.message)));
        promise(!error.message || text_is_printable(error.message));
        start_request_free(request);
        sd_bus_error_free(&error);
        sd_bus_message_unref(m);
        return 0;
}
