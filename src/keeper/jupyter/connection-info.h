/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a connection file says: where a kernel's five sockets are, and its key. */

#include <sys/socket.h>
#include <sys/un.h>

#include "keeper/store/failure.h"

/* In the order of Jupyter's port numbers. */
typedef enum ChannelType {
        CHANNEL_SHELL,
        CHANNEL_IOPUB,
        CHANNEL_STDIN,
        CHANNEL_CONTROL,
        CHANNEL_HEARTBEAT,
        _CHANNEL_MAX,
} ChannelType;

typedef struct KernelAddress {
        struct sockaddr_storage address;
        socklen_t size;
} KernelAddress;

typedef struct ConnectionInfo {
        KernelAddress addresses[_CHANNEL_MAX];
        char *key;
} ConnectionInfo;

/* Reads the connection file of a kernel, ours or not. Returns as failure.h says: KEEPER_ERROR_FAILED if it
 * is missing, broken, wants another signature scheme than hmac-sha256, or an address that is no number. */
int connection_info_read(const char *path, ConnectionInfo *ret, Failure *failure);

void connection_info_done(ConnectionInfo *c);

#define _cleanup_connection_info_ _cleanup_(connection_info_done)
