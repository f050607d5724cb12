/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages of keepers, parsed and checked: sizes, ranges, text fit to be shown. Pure. */

#include <sys/types.h>

#include "shared/keeper-protocol.h"
#include "shared/macros.h"
#include "shared/time-span.h"
#include "shared/wire.h"

typedef struct KeeperMessage {
        KeeperOpcode opcode;
        uint32_t serial;
        KeeperPhase phase;
        KeeperError error;
        char *message;         /* sanitized */
        char **command;        /* each sanitized */
        char *directory;       /* sanitized; absolute */
        char *notebook;        /* absolute and printable, or the message is refused */
        char *kernel;          /* sanitized */
        char *connection_file; /* sanitized; absolute */
        char *title, *foreground, *foreground_directory; /* sanitized */
        bool has_size, has_clients, has_execution_count;
        bool is_awaited;    /* the kernel runs, and has not answered yet */
        bool is_unrecorded; /* nothing of what it puts out is kept */
        uint32_t rows, columns, clients;
        uint64_t within[KEEPER_CLIENTS_MAX]; /* sessions that clients are in, by number */
        size_t n_within;
        const char *kernel_state; /* one of the words of keeper-protocol.h; NULL: not said */
        usec_t kernel_state_since;
        uint32_t execution_count;
        char *kernel_language; /* sanitized */
        pid_t leader;          /* 0: not said */
        int exit_code;         /* CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0 = unknown */
        int exit_status;       /* -1 = unknown */
} KeeperMessage;

/* Parses a message; ret must be zero. -EBADMSG, -EPROTONOSUPPORT, -E2BIG, -ENOMEM: as wire_parse() and
 * wire_field_*(). */
int keeper_message_parse(const void *data, size_t size, KeeperMessage *ret);
void keeper_message_done(KeeperMessage *message);

/* Returns the D-Bus error for an error of the keeper. */
const char *keeper_error_name(KeeperError error);
