/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* ZMTP 3.0, the protocol of ZeroMQ's sockets (rfc.zeromq.org/spec/23), as far as a client of Jupyter's
 * kernels needs it: no authentication. Bytes only. */

#include "shared/macros.h"

#define ZMTP_GREETING_SIZE     64
#define ZMTP_READY_SIZE_MAX    64
#define ZMTP_FRAME_HEADER_SIZE 9 /* at most */

/* One part of a message, or a command. */
typedef struct ZmtpFrame {
        size_t header_size;
        uint64_t size; /* of what follows the header */
        bool more;     /* another part of the same message follows */
        bool command;
} ZmtpFrame;

void zmtp_greeting_put(uint8_t ret[ZMTP_GREETING_SIZE]);

/* Is this how a peer that we can speak to greets? 1 yes, 0 not all of it is there yet, -EPROTO: this is no
 * ZeroMQ; -EPROTONOSUPPORT: an older version, or it wants authentication. */
int zmtp_greeting_check(const uint8_t *data, size_t size);

/* The READY command that follows the greeting, a whole frame. Returns its size. */
size_t zmtp_ready_put(uint8_t ret[ZMTP_READY_SIZE_MAX], const char *socket_type);

/* Is the command READY? */
bool zmtp_command_is_ready(const uint8_t *data, size_t size);

/* Reads the header of a frame. 1; 0: not all of it is there yet; -EPROTO: that is none. */
int zmtp_frame_read(const uint8_t *data, size_t size, ZmtpFrame *ret);

/* Writes the header of a frame of a message; returns its size. */
size_t zmtp_frame_put(uint8_t ret[ZMTP_FRAME_HEADER_SIZE], uint64_t size, bool more);
