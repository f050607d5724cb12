/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The message codec between manager and keeper: one SOCK_SEQPACKET packet is one message.
 *
 *      header   u16 version, u16 opcode, u32 serial                       8 bytes
 *      field*   u16 tag, u16 zero, u32 size, then size bytes, no padding
 *
 * All integers are little-endian. A repeated field repeats its tag. Strings carry no NUL. A receiver skips
 * tags that it does not know; wire_parse() checks the whole structure before anything is read out of it.
 * What the opcodes and tags mean is said in keeper-protocol.h. */

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "shared/macros.h"

#define WIRE_VERSION     1
#define WIRE_HEADER_SIZE 8
#define WIRE_FIELD_SIZE  8
#define WIRE_MESSAGE_MAX (192U * 1024U) /* below the kernel's default socket buffer */
#define WIRE_FDS_MAX     4

typedef struct WireWriter {
        uint8_t *data;
        size_t size;
        size_t allocated;
        int error; /* the first error of a put; sticky, returned by wire_send() */
} WireWriter;

typedef struct WireMessage {
        uint16_t opcode;
        uint32_t serial;
        const uint8_t *fields; /* in the buffer that was parsed */
        size_t size;
} WireMessage;

typedef struct WireField {
        uint16_t tag;
        uint32_t size;
        const uint8_t *data;
} WireField;

/* What came with a message. fds are the receiver's; unused ones are -EBADF. */
typedef struct WireAncillary {
        struct ucred credentials; /* pid 0 if the socket has no SO_PASSCRED */
        int fds[WIRE_FDS_MAX];
} WireAncillary;

#define WIRE_ANCILLARY_NULL ((WireAncillary){ .fds = { [0 ... WIRE_FDS_MAX - 1] = -EBADF } })

/* Starts a message; wire_writer_done() frees it. A put that fails (-ENOMEM, -EMSGSIZE over WIRE_MESSAGE_MAX,
 * -EINVAL for NULL) is remembered and makes wire_send() fail, so puts need not be checked one by one. */
void wire_begin(WireWriter *w, uint16_t opcode, uint32_t serial);
void wire_put_u64(WireWriter *w, uint16_t tag, uint64_t value);
void wire_put_string(WireWriter *w, uint16_t tag, const char *s);
/* One field each; a NULL strv is none. */
void wire_put_strv(WireWriter *w, uint16_t tag, char *const *strv);
void wire_writer_done(WireWriter *w);

/* Sends without blocking. n_fds at most WIRE_FDS_MAX; they stay the caller's. 0, or -errno (-EAGAIN: queue
 * full). */
int wire_send(int fd, const WireWriter *w, const int *fds, size_t n_fds);

/* Receives one packet into buffer without blocking. Returns its size, 0 at the end of the stream (or
 * for an empty packet, which may carry descriptors too), -EAGAIN if there
 * is none, -EBADMSG if it was larger than the buffer or came with too many descriptors (all of them are
 * closed). */
ssize_t wire_receive(int fd, void *buffer, size_t buffer_size, WireAncillary *ret);
void wire_ancillary_done(WireAncillary *a);

/* Checks version and structure. -EPROTONOSUPPORT: another version. -EBADMSG: malformed. */
int wire_parse(const void *data, size_t size, WireMessage *ret);

/* Takes the next field out of message. 1, or 0 when there is none left. */
int wire_next(WireMessage *message, WireField *ret);

/* -EBADMSG if the field is not a number, or not a string (it has a NUL). The string is the caller's. */
int wire_field_u64(const WireField *field, uint64_t *ret);
int wire_field_string(const WireField *field, char **ret);
/* Appends the string to a NULL-terminated vector (see strv.h). -E2BIG when it already holds max. */
int wire_field_append(const WireField *field, char ***strv, size_t max);
