/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The manager's way to the keeper: the listening socket, and the one connection that there is at a time. */

#include <systemd/sd-event.h>

#include "shared/wire.h"

typedef struct Control Control;

/* Handles one well-formed message. It may take descriptors out of a; the rest is closed. Negative: this is
 * no manager of ours, drop the connection. */
typedef int (*ControlHandler)(void *userdata, const WireMessage *message, WireAncillary *a);

/* listen_fd: a listening SOCK_SEQPACKET socket, which becomes the control's on success. -EPROTOTYPE: it is
 * not one. */
int control_new(sd_event *event, int listen_fd, ControlHandler handler, void *userdata, Control **ret);
Control *control_free(Control *c);

/* Is fd a listening SOCK_SEQPACKET socket? 1 or 0. */
int control_is_listening(int fd);

/* The connection's descriptor, which stays the control's; -EBADF if there is none. */
int control_connection(const Control *c);

/* Sends to the manager, if there is one. A manager that does not read is dropped: it connects again when it
 * can, and is told everything in STATUS. fds stay the caller's. */
void control_send(Control *c, const WireWriter *w, const int *fds, size_t n_fds);

DEFINE_CLEANUP(Control *, control_free);
#define _cleanup_control_ _cleanup_(control_free_pointer)
