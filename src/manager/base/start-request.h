/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a caller wants started: the arguments and options of StartTerminal, StartNotebook and
 * RegisterSession, read from the message and validated. What only the user can know (does the folder exist,
 * is there such a kernel) is checked by the keeper. */

#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "shared/limit.h"
#include "shared/session-types.h"
#include "shared/time-span.h"

#define REQUEST_COMMAND_MAX     1024 /* arguments */
#define REQUEST_ENVIRONMENT_MAX 1024 /* entries */
#define REQUEST_TEXT_MAX \
        (128 * 1024)            /* bytes of all strings together: what a message to the keeper can carry */
#define TERMINAL_SIZE_MAX 10000 /* rows or columns */

typedef enum RequestKind {
        REQUEST_TERMINAL,
        REQUEST_NOTEBOOK,
        REQUEST_REGISTER,
} RequestKind;

struct StartRequest {
        RequestKind kind;
        SessionType type;
        char *name; /* NULL: one is made from what is started */
        char **command;
        char **environment;
        char *directory;
        char *notebook;
        char *kernel;
        char *transport;
        char *connection_file;
        uint32_t rows, columns;
        usec_t on_detach; /* USEC_INFINITY: keep; 0: stop */
        bool has_on_detach;
        bool restart_on_crash, has_restart_on_crash;
        bool record_outputs, has_record_outputs;
        Limits limits;
};

/* Reads the rest of the call. On a negative return error is set: the names of names.h, a sentence that says
 * what to do. The request is the caller's. */
int start_request_read(RequestKind kind, sd_bus_message *call, StartRequest **ret, sd_bus_error *error);
StartRequest *start_request_free(StartRequest *request);
DEFINE_CLEANUP(StartRequest *, start_request_free);
