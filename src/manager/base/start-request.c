/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads and validates what a caller wants started. */

#include "manager/base/start-request.h"
#include "manager/base/limit-options.h"
#include "manager/base/message-strings.h"
#include "shared/dictionary.h"
#include "shared/names.h"
#include "shared/parse.h"
#include "shared/strv.h"
#include "shared/text.h"

#define FOR(kind) (1U << (kind))

typedef struct Option {
        const char *name;
        const char *signature;
        unsigned kinds; /* where it may be given */
        int (*read)(sd_bus_message *m, StartRequest *request, size_t offset, sd_bus_error *error);
        size_t offset;
} Option;

static int invalid(sd_bus_error *error, const char *message) {
        return sd_bus_error_set(error, ERROR_INVALID_ARGUMENT, message);
}

/* Readers of option values */

static int read_string(sd_bus_message *m, StartRequest *request, size_t offset) {
        const char *s;
        int r;

        r = sd_bus_message_read(m, "s", &s);
        if (r < 0)
                return r;
        return replace_string((char **) ((uint8_t *) request + offset), s);
}

static int read_name(sd_bus_message *m, StartRequest *request, size_t offset, sd_bus_error *error) {
        int r;

        r = read_string(m, request, offset);
        if (r < 0)
                return r;
        if (!session_name_is_valid(request->name))
                return invalid(error, "The name of a session must be " SESSION_NAME_EXPECTED ".");
        return 0;
}

static int read_path(sd_bus_message *m, StartRequest *request, size_t offset, sd_bus_error *error) {
        char *const *path = (char *const *) ((uint8_t *) request + offset);
        int r;

        r = read_string(m, request, offset);
        if (r < 0)
                return r;
        if (!path_is_normalized(*path) || !text_is_printable(*path))
                return invalid(error,
                        "A path must be absolute, of printable characters only, and without '.' and '..' "
                        "components; resolve it first.");
        return 0;
}

static int read_kernel(sd_bus_message *m, StartRequest *request, size_t offset, sd_bus_error *error) {
        int r;

        r = read_string(m, request, offset);
        if (r < 0)
                return r;
        if (request->kernel[0] == '/' ? !path_is_normalized(request->kernel)
                                      : strchr(request->kernel, '/') != NULL)
                return invalid(error,
                        "A kernel is given by its name as 'jupyter kernelspec list' shows it, or by the "
                        "absolute path of its folder.");
        if (strlen(request->kernel) > OPTION_PATH_MAX || !text_is_printable(request->kernel))
                return invalid(error, "The name of a kernel must be printable text.");
        return 0;
}

static int read_transport(sd_bus_message *m, StartRequest *request, size_t offset, sd_bus_error *error) {
        int r;

        r = read_string(m, request, offset);
        if (r < 0)
                return r;
        if (!streq(request->transport, "auto") && !streq(request->transport, "ipc") &&
                !streq(request->transport, "tcp"))
                return invalid(error, "Transport must be 'auto', 'ipc' or 'tcp'.");
        return 0;
}

static int read_size(sd_bus_message *m, StartRequest *request, size_t offset, sd_bus_error *error) {
        uint32_t *size = (uint32_t *) ((uint8_t *) request + offset);
        int r;

        r = sd_bus_message_read(m, "u", size);
        if (r < 0)
                return r;
        if (*size < 1 || *size > TERMINAL_SIZE_MAX)
                return invalid(error, "Rows and columns of a terminal must be from 1 to 10000.");
        return 0;
}

static int read_on_detach(
        sd_bus_message *m, StartRequest *request, size_t offset _unused_, sd_bus_error *error) {
        const char *s;
        int r;

        r = sd_bus_message_read(m, "s", &s);
        if (r < 0)
                return r;
        if (parse_on_detach(s, &request->on_detach) < 0)
                return invalid(error, "OnDetach must be 'keep', 'stop', or a time span like '10min'.");
        request->has_on_detach = true;
        return 0;
}

static int read_switch(sd_bus_message *m, bool *ret, bool *ret_has) {
        int value, r;

        r = sd_bus_message_read(m, "b", &value);
        if (r < 0)
                return r;
        *ret = value;
        *ret_has = true;
        return 0;
}

static int read_restart_on_crash(
        sd_bus_message *m, StartRequest *request, size_t offset _unused_, sd_bus_error *error _unused_) {
        return read_switch(m, &request->restart_on_crash, &request->has_restart_on_crash);
}

static int read_record_outputs(
        sd_bus_message *m, StartRequest *request, size_t offset _unused_, sd_bus_error *error _unused_) {
        return read_switch(m, &request->record_outputs, &request->has_record_outputs);
}

static int read_command(
        sd_bus_message *m, StartRequest *request, size_t offset _unused_, sd_bus_error *error) {
        int r;

        request->command = strv_free(request->command);
        r = message_read_strings(m, REQUEST_COMMAND_MAX, &request->command);
        if (r == -E2BIG)
                return invalid(error, "A command may have at most 1024 arguments.");
        if (r < 0)
                return r;
        if (strv_length(request->command) == 0 || isempty(request->command[0]))
                return invalid(error,
                        "A command needs at least the name of a program; leave the option out for the "
                        "login shell.");
        return 0;
}

static int read_environment(
        sd_bus_message *m, StartRequest *request, size_t offset _unused_, sd_bus_error *error) {
        int r;

        request->environment = strv_free(request->environment);
        r = message_read_strings(m, REQUEST_ENVIRONMENT_MAX, &request->environment);
        if (r == -E2BIG)
                return invalid(error, "An environment may have at most 1024 entries.");
        if (r < 0)
                return r;
        STRV_FOREACH(assignment, request->environment)
                if (!env_assignment_is_valid(*assignment))
                        return invalid(error,
                                "Environment entries must be NAME=VALUE in UTF-8, with a name of letters, "
                                "digits and underscores.");
        return 0;
}

static const Option options[] = {
        { "Name", "s", FOR(REQUEST_TERMINAL) | FOR(REQUEST_NOTEBOOK), read_name,
                offsetof(StartRequest, name) },
        { "Command", "as", FOR(REQUEST_TERMINAL) | FOR(REQUEST_REGISTER), read_command, 0 },
        { "WorkingDirectory", "s", FOR(REQUEST_TERMINAL) | FOR(REQUEST_NOTEBOOK), read_path,
                offsetof(StartRequest, directory) },
        { "Environment", "as", FOR(REQUEST_TERMINAL) | FOR(REQUEST_NOTEBOOK), read_environment, 0 },
        { "Rows", "u", FOR(REQUEST_TERMINAL), read_size, offsetof(StartRequest, rows) },
        { "Columns", "u", FOR(REQUEST_TERMINAL), read_size, offsetof(StartRequest, columns) },
        { "OnDetach", "s", FOR(REQUEST_TERMINAL), read_on_detach, 0 },
        { "Transport", "s", FOR(REQUEST_NOTEBOOK), read_transport, offsetof(StartRequest, transport) },
        { "RestartOnCrash", "b", FOR(REQUEST_NOTEBOOK), read_restart_on_crash, 0 },
        { "RecordOutputs", "b", FOR(REQUEST_NOTEBOOK) | FOR(REQUEST_REGISTER), read_record_outputs, 0 },
        { "Notebook", "s", FOR(REQUEST_REGISTER), read_path, offsetof(StartRequest, notebook) },
        { "KernelName", "s", FOR(REQUEST_REGISTER), read_kernel, offsetof(StartRequest, kernel) },
        { "ConnectionFile", "s", FOR(REQUEST_REGISTER), read_path, offsetof(StartRequest, connection_file) },
};

static const Option *find_option(RequestKind kind, const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(options); i++)
                if (streq(options[i].name, name) && (options[i].kinds & FOR(kind)))
                        return &options[i];
        return NULL;
}

/* "Name, Command, …" of what may be given. */
static void list_options(RequestKind kind, char *ret, size_t size) {
        size_t length = 0;

        ret[0] = 0;
        for (size_t i = 0; i < ELEMENTSOF(options) && length < size; i++)
                if (options[i].kinds & FOR(kind))
                        length += (size_t) snprintf(ret + length, size - length, "%s%s",
                                length > 0 ? ", " : "", options[i].name);
}

typedef struct Options {
        StartRequest *request;
        uint32_t seen;
        sd_bus_error *error;
} Options;

static int find_option_once(Options *given, const char *name, const Option **ret) {
        _cleanup_free_ char *shown = NULL;
        const Option *option;
        char known[256], limits[LIMITS_LIST_SIZE];

        option = find_option(given->request->kind, name);
        if (!option) {
                shown = text_sanitize(name, SESSION_NAME_MAX);
                list_options(given->request->kind, known, sizeof(known));
                return sd_bus_error_setf(given->error, ERROR_UNKNOWN_OPTION,
                        "Unknown option '%s'; known here are: %s, %s.", strempty(shown), known,
                        limits_list(limits));
        }
        if (given->seen & FOR(option - options))
                return sd_bus_error_setf(given->error, ERROR_INVALID_ARGUMENT,
                        "Option '%s' is given twice; give it once.", name);
        given->seen |= FOR(option - options);
        *ret = option;
        return 0;
}

static int read_option(sd_bus_message *m, const char *name, void *userdata) {
        Options *given = userdata;
        const Option *option;
        const char *contents;
        int r;

        r = limits_read_entry(m, name, &given->request->limits, given->error);
        if (r != 0)
                return r;
        r = sd_bus_message_peek_type(m, NULL, &contents);
        if (r < 0)
                return r;
        r = find_option_once(given, name, &option);
        if (r < 0)
                return r;
        if (!streq(contents, option->signature))
                return sd_bus_error_setf(given->error, ERROR_INVALID_ARGUMENT,
                        "Option '%s' must have the type '%s', not '%s'.", name, option->signature, contents);
        r = sd_bus_message_enter_container(m, 'v', contents);
        if (r < 0)
                return r;
        r = option->read(m, given->request, option->offset, given->error);
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(m);
        return r < 0 ? r : 1;
}

/* Readers of the arguments before the options */

static int read_notebook_arguments(sd_bus_message *m, StartRequest *request, sd_bus_error *error) {
        int r;

        r = read_path(m, request, offsetof(StartRequest, notebook), error);
        if (r < 0)
                return r;
        if (streq(request->notebook, "/"))
                return invalid(error, "A notebook is a file, not the root folder.");
        return read_kernel(m, request, offsetof(StartRequest, kernel), error);
}

static int read_register_arguments(sd_bus_message *m, StartRequest *request, sd_bus_error *error) {
        const char *type;
        int r;

        r = sd_bus_message_read(m, "s", &type);
        if (r < 0)
                return r;
        request->type = session_type_from_string(type);
        if (request->type < 0)
                return invalid(error, "The type of a session must be 'notebook' or 'terminal'.");
        return read_name(m, request, offsetof(StartRequest, name), error);
}

static size_t text_size(const StartRequest *request) {
        size_t size = 0;

        STRV_FOREACH(s, request->command)
                size += strlen(*s) + 8;
        STRV_FOREACH(s, request->environment)
                size += strlen(*s) + 8;
        return size;
}

int start_request_read(RequestKind kind, sd_bus_message *call, StartRequest **ret, sd_bus_error *error) {
        _cleanup_(start_request_free_pointer) StartRequest *request = NULL;
        int r = 0;

        request = calloc(1, sizeof(StartRequest));
        if (!request)
                return -ENOMEM;
        request->kind = kind;
        limits_init(&request->limits);
        request->type = kind == REQUEST_NOTEBOOK ? SESSION_NOTEBOOK : SESSION_TERMINAL;
        if (kind == REQUEST_NOTEBOOK)
                r = read_notebook_arguments(call, request, error);
        else if (kind == REQUEST_REGISTER)
                r = read_register_arguments(call, request, error);
        if (r < 0)
                return r;
        r = dictionary_read(call, read_option, &(Options){ .request = request, .error = error });
        if (r < 0)
                return r;
        if (text_size(request) > REQUEST_TEXT_MAX)
                return invalid(error, "Command and environment together may have at most 128 KiB.");
        if (kind == REQUEST_REGISTER && request->type == SESSION_TERMINAL && request->notebook)
                return invalid(error, "A terminal session has no notebook.");
        if (kind == REQUEST_REGISTER && request->type == SESSION_TERMINAL && request->has_record_outputs)
                return invalid(error,
                        "RecordOutputs is for notebooks; what a registered terminal session prints is not kept.");
        *ret = TAKE_PTR(request);
        return 0;
}

StartRequest *start_request_free(StartRequest *request) {
        if (!request)
                return NULL;
        free(request->name);
        strv_free(request->command);
        strv_free(request->environment);
        free(request->directory);
        free(request->notebook);
        free(request->kernel);
        free(request->transport);
        free(request->connection_file);
        free(request);
        return NULL;
}
