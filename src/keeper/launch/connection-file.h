/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The connection file of a kernel: where it binds its five sockets, and the key that its messages are signed
 * with. */

#include "keeper/store/failure.h"

/* How a kernel is spoken to. ipc: Unix sockets beside the connection file, which only this user can reach.
 * tcp: ports on 127.0.0.1, where any local user can read what the kernel publishes. */
typedef enum Transport {
        TRANSPORT_AUTO, /* ipc for kernels that can, if the paths are short enough; else tcp */
        TRANSPORT_IPC,
        TRANSPORT_TCP,
        _TRANSPORT_MAX,
        _TRANSPORT_INVALID = -EINVAL,
} Transport;

/* "auto", "ipc", "tcp"; NULL is auto. */
Transport transport_from_string(const char *s);

/* Chooses a new file in the user's Jupyter runtime directory, which is made if it is missing, and a
 * transport that is not auto any more. Nothing is written yet: so the path can be noted first, for whoever
 * has to remove the file. The path is the caller's. Returns as failure.h says. */
int connection_file_plan(char *const *environment, Transport wanted, bool can_ipc, char **ret_path,
        Transport *ret_transport, Failure *failure);

/* Writes the file, mode 0600, which must not exist. With tcp the ports are free now, but nothing keeps them
 * free until the kernel binds them: Jupyter's protocol has no way to hand over a bound socket. */
int connection_file_create(
        const char *path, Transport transport, const char *kernel, const char *notebook, Failure *failure);

/* Removes the file and the sockets beside it, if they are there. */
void connection_file_remove(const char *path);
