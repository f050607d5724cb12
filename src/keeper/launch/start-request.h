/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What START asks for. */

#include "keeper/launch/connection-file.h"
#include "keeper/store/failure.h"
#include "shared/session-types.h"
#include "shared/time-span.h"
#include "shared/wire.h"

#define KERNEL_START_TIMEOUT_DEFAULT (60 * USEC_PER_SEC)

typedef struct StartRequest {
        SessionType type;
        char **arguments;   /* NULL: the login shell, or the kernelspec's */
        char **environment; /* NAME=VALUE */
        char *directory;    /* absolute; NULL: home, or the notebook's folder */
        uint32_t rows, columns;
        size_t output_buffer_size; /* of a terminal: bytes */
        char *notebook;            /* absolute; for notebooks only, and there never NULL */
        char *kernel;              /* NULL: what the notebook says */
        Transport transport;
        usec_t kernel_start_timeout; /* USEC_INFINITY: none */
        uint64_t output_log_size;    /* bytes */
        bool unrecorded;             /* nothing that the kernel puts out is kept */
} StartRequest;

/* Reads and validates START for the session id. Returns as failure.h says; -EBADMSG: no manager sends
 * that. */
int start_request_read(const WireMessage *message, const char *id, StartRequest *ret, Failure *failure);

void start_request_done(StartRequest *s);

#define _cleanup_start_request_ _cleanup_(start_request_done)
