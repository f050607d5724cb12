/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The call of Session.Attach, as several verbs make it. */

#include "ctl/bus/client.h"

typedef struct AttachOptions {
        uint32_t rows, columns; /* 0: there is no terminal here */
        uint32_t scrollback;    /* SCROLLBACK_UNSAID: as the service likes it */
        bool raw, read_only, input_only;
        const char *size_policy; /* NULL: as it is */
} AttachOptions;

/* A stream is a descriptor, which no other machine can give. Tells so, and returns -EOPNOTSUPP, if --host=
 * was given. what: "Terminals cannot be attached". */
int attach_check_host(const Client *c, const char *what);

/* The call, ready to be sent. Options are named only if they say something. 0 or -errno. */
int attach_message(Client *c, const char *path, const AttachOptions *o, sd_bus_message **ret);

/* The stream in the answer: the caller's, away from standard input, output and error. -errno. */
int attach_read_stream(sd_bus_message *reply);
