/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ZMTP 3.0.
 *
 *      both at once:   greeting (64 bytes) | READY command | frames
 *
 * Why not libzmq: its connections die with the process that has them, and what was published until the next
 * process has subscribed again is lost. A connection that is a plain descriptor can be kept by systemd while
 * we are dead. Besides it has no bound for what it reads ahead, and takes more memory than all the rest of a
 * keeper. */

#include <endian.h>

#include "keeper/jupyter/zmtp.h"

#define FLAG_MORE    0x01U
#define FLAG_LONG    0x02U
#define FLAG_COMMAND 0x04U

#define MAJOR_AT     10
#define MECHANISM_AT 12
#define MECHANISM    "NULL" /* and NULs up to 20 bytes */

static const uint8_t signature_begin = 0xff, signature_end = 0x7f;

#define SIGNATURE_END_AT 9

void zmtp_greeting_put(uint8_t ret[ZMTP_GREETING_SIZE]) {
        memset(ret, 0, ZMTP_GREETING_SIZE);
        ret[0] = signature_begin;
        ret[SIGNATURE_END_AT] = signature_end;
        ret[MAJOR_AT] = 3;
        memcpy(ret + MECHANISM_AT, MECHANISM, strlen(MECHANISM));
}

int zmtp_greeting_check(const uint8_t *data, size_t size) {
        if (size > 0 && data[0] != signature_begin)
                return -EPROTO;
        if (size > SIGNATURE_END_AT && !(data[SIGNATURE_END_AT] & 1))
                return -EPROTO;
        if (size > MAJOR_AT && data[MAJOR_AT] < 3)
                return -EPROTONOSUPPORT;
        if (size < ZMTP_GREETING_SIZE)
                return 0;
        return memcmp(data + MECHANISM_AT, MECHANISM, sizeof(MECHANISM)) == 0 ? 1 : -EPROTONOSUPPORT;
}

size_t zmtp_ready_put(uint8_t ret[ZMTP_READY_SIZE_MAX], const char *socket_type) {
        static const char begin[] = "\x05READY\x0bSocket-Type";
        size_t length = strlen(socket_type);
        uint32_t be = htobe32((uint32_t) length);
        uint8_t *p = ret + 2;

        assert(2 + strlen(begin) + sizeof(be) + length <= ZMTP_READY_SIZE_MAX);

        p = mempcpy(p, begin, strlen(begin));
        p = mempcpy(p, &be, sizeof(be));
        p = mempcpy(p, socket_type, length);
        ret[0] = FLAG_COMMAND;
        ret[1] = (uint8_t) (p - ret - 2);
        return (size_t) (p - ret);
}

bool zmtp_command_is_ready(const uint8_t *data, size_t size) {
        static const char ready[] = "\x05READY";

        return size >= strlen(ready) && memcmp(data, ready, strlen(ready)) == 0;
}

int zmtp_frame_read(const uint8_t *data, size_t size, ZmtpFrame *ret) {
        ZmtpFrame frame = { .header_size = 2 };
        uint64_t be;

        if (size == 0)
                return 0;
        if (data[0] & ~(FLAG_MORE | FLAG_LONG | FLAG_COMMAND))
                return -EPROTO;
        frame.more = data[0] & FLAG_MORE;
        frame.command = data[0] & FLAG_COMMAND;
        if (frame.more && frame.command)
                return -EPROTO;
        if (data[0] & FLAG_LONG)
                frame.header_size = ZMTP_FRAME_HEADER_SIZE;
        if (size < frame.header_size)
                return 0;
        frame.size = data[1];
        if (data[0] & FLAG_LONG) {
                memcpy(&be, data + 1, sizeof(be));
                frame.size = be64toh(be);
                /* So says the specification, and so nothing that is added to it overflows. */
                if (frame.size > INT64_MAX / 4)
                        return -EPROTO;
        }
        *ret = frame;
        return 1;
}

size_t zmtp_frame_put(uint8_t ret[ZMTP_FRAME_HEADER_SIZE], uint64_t size, bool more) {
        uint64_t be = htobe64(size);

        ret[0] = more ? FLAG_MORE : 0;
        if (size <= UINT8_MAX) {
                ret[1] = (uint8_t) size;
                return 2;
        }
        ret[0] |= FLAG_LONG;
        memcpy(ret + 1, &be, sizeof(be));
        return ZMTP_FRAME_HEADER_SIZE;
}
