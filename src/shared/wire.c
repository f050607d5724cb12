/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The message codec between manager and keeper; see wire.h for the format. */

#include <endian.h>
#include <unistd.h>

#include "shared/strv.h"
#include "shared/wire.h"

static void put_bytes(WireWriter *w, const void *data, size_t size) {
        size_t allocated;
        uint8_t *grown;

        if (w->error < 0)
                return;
        if (size > WIRE_MESSAGE_MAX - w->size) {
                w->error = -EMSGSIZE;
                return;
        }
        if (w->size + size > w->allocated) {
                allocated = MIN((w->size + size) * 2 + 256, (size_t) WIRE_MESSAGE_MAX);
                grown = realloc(w->data, allocated);
                if (!grown) {
                        w->error = -ENOMEM;
                        return;
                }
                w->data = grown;
                w->allocated = allocated;
        }
        memcpy(w->data + w->size, data, size);
        w->size += size;
}

static void put_u16(WireWriter *w, uint16_t value) {
        uint16_t le = htole16(value);

        put_bytes(w, &le, sizeof(le));
}

static void put_u32(WireWriter *w, uint32_t value) {
        uint32_t le = htole32(value);

        put_bytes(w, &le, sizeof(le));
}

static void put_field(WireWriter *w, uint16_t tag, const void *data, size_t size) {
        if (size > WIRE_MESSAGE_MAX) {
                w->error = w->error < 0 ? w->error : -EMSGSIZE;
                return;
        }
        put_u16(w, tag);
        put_u16(w, 0);
        put_u32(w, (uint32_t) size);
        put_bytes(w, data, size);
}

void wire_begin(WireWriter *w, uint16_t opcode, uint32_t serial) {
        *w = (WireWriter){};
        put_u16(w, WIRE_VERSION);
        put_u16(w, opcode);
        put_u32(w, serial);
}

void wire_put_u64(WireWriter *w, uint16_t tag, uint64_t value) {
        uint64_t le = htole64(value);

        put_field(w, tag, &le, sizeof(le));
}

void wire_put_string(WireWriter *w, uint16_t tag, const char *s) {
        if (!s) {
                w->error = w->error < 0 ? w->error : -EINVAL;
                return;
        }
        put_field(w, tag, s, strlen(s));
}

void wire_put_strv(WireWriter *w, uint16_t tag, char *const *strv) {
        for (char *const *s = strv; s && *s; s++)
                wire_put_string(w, tag, *s);
}

void wire_writer_done(WireWriter *w) {
        free(w->data);
        *w = (WireWriter){};
}

int wire_send(int fd, const WireWriter *w, const int *fds, size_t n_fds) {
        struct iovec iov = { .iov_base = w->data, .iov_len = w->size };
        struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(int) * WIRE_FDS_MAX)];
        } control = {};

        assert(n_fds <= WIRE_FDS_MAX);

        if (w->error < 0)
                return w->error;
        if (n_fds > 0) {
                header.msg_control = &control;
                header.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
                control.header.cmsg_level = SOL_SOCKET;
                control.header.cmsg_type = SCM_RIGHTS;
                control.header.cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
                memcpy(CMSG_DATA(&control.header), fds, sizeof(int) * n_fds);
        }
        if (sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
                return -errno;
        return 0;
}

static void take_control(struct msghdr *header, WireAncillary *a, bool *ret_too_many) {
        size_t n = 0;

        *ret_too_many = header->msg_flags & MSG_CTRUNC;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
                if (c->cmsg_level != SOL_SOCKET)
                        continue;
                if (c->cmsg_type == SCM_CREDENTIALS && c->cmsg_len == CMSG_LEN(sizeof(struct ucred)))
                        memcpy(&a->credentials, CMSG_DATA(c), sizeof(struct ucred));
                if (c->cmsg_type != SCM_RIGHTS)
                        continue;
                for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
                        int fd;

                        memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
                        if (n < WIRE_FDS_MAX)
                                a->fds[n++] = fd;
                        else {
                                (void) safe_close(fd);
                                *ret_too_many = true;
                        }
                }
        }
}

ssize_t wire_receive(int fd, void *buffer, size_t buffer_size, WireAncillary *ret) {
        struct iovec iov = { .iov_base = buffer, .iov_len = buffer_size };
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int) * WIRE_FDS_MAX)];
        } control;
        struct msghdr header = {
                .msg_iov = &iov,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };
        bool too_many;
        ssize_t n;

        *ret = (WireAncillary){};
        for (size_t i = 0; i < WIRE_FDS_MAX; i++)
                ret->fds[i] = -EBADF;

        n = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n < 0)
                return -errno;
        take_control(&header, ret, &too_many);
        if (too_many || (header.msg_flags & MSG_TRUNC)) {
                wire_ancillary_done(ret);
                return -EBADMSG;
        }
        return n;
}

void wire_ancillary_done(WireAncillary *a) {
        for (size_t i = 0; i < WIRE_FDS_MAX; i++)
                a->fds[i] = safe_close(a->fds[i]);
}

static uint16_t get_u16(const uint8_t *p) {
        uint16_t le;

        memcpy(&le, p, sizeof(le));
        return le16toh(le);
}

static uint32_t get_u32(const uint8_t *p) {
        uint32_t le;

        memcpy(&le, p, sizeof(le));
        return le32toh(le);
}

int wire_parse(const void *data, size_t size, WireMessage *ret) {
        const uint8_t *p = data;
        WireMessage message;
        WireField field;

        if (size < WIRE_HEADER_SIZE || size > WIRE_MESSAGE_MAX)
                return -EBADMSG;
        if (get_u16(p) != WIRE_VERSION)
                return -EPROTONOSUPPORT;
        message = (WireMessage){
                .opcode = get_u16(p + 2),
                .serial = get_u32(p + 4),
                .fields = p + WIRE_HEADER_SIZE,
                .size = size - WIRE_HEADER_SIZE,
        };
        *ret = message;
        while (wire_next(&message, &field) > 0)
                ;
        return message.size == 0 ? 0 : -EBADMSG;
}

int wire_next(WireMessage *message, WireField *ret) {
        uint32_t size;

        if (message->size < WIRE_FIELD_SIZE)
                return 0;
        size = get_u32(message->fields + 4);
        if (size > message->size - WIRE_FIELD_SIZE || get_u16(message->fields + 2) != 0)
                return 0;

        *ret = (WireField){
                .tag = get_u16(message->fields),
                .size = size,
                .data = message->fields + WIRE_FIELD_SIZE,
        };
        message->fields += WIRE_FIELD_SIZE + size;
        message->size -= WIRE_FIELD_SIZE + size;
        return 1;
}

int wire_field_u64(const WireField *field, uint64_t *ret) {
        uint64_t le;

        if (field->size != sizeof(le))
                return -EBADMSG;
        memcpy(&le, field->data, sizeof(le));
        *ret = le64toh(le);
        return 0;
}

int wire_field_string(const WireField *field, char **ret) {
        char *s;

        if (memchr(field->data, 0, field->size))
                return -EBADMSG;
        s = strndup((const char *) field->data, field->size);
        if (!s)
                return -ENOMEM;
        *ret = s;
        return 0;
}

int wire_field_append(const WireField *field, char ***strv, size_t max) {
        char *s;
        int r;

        if (strv_length(*strv) >= max)
                return -E2BIG;
        r = wire_field_string(field, &s);
        if (r < 0)
                return r;
        return strv_consume(strv, s);
}
