/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keeper's state in a memfd.
 *
 *      slot 0   header (sequence, size, checksum)   a message of wire.h: keeper_state_put()
 *      slot 1   the same
 *
 * A write goes to the slot that does not hold the newest whole state: first the message, then the header.
 * Until the header is there, the slot's checksum does not fit and the other slot counts. The sequence number
 * is part of what the checksum covers. Nothing here has to survive the machine, so there is no fsync, and no
 * byte order. */

#include <sys/mman.h>
#include <unistd.h>

#include "keeper/store/state-record.h"

#define N_SLOTS   2
#define SLOT_SIZE (256U * 1024U) /* sparse: pages that were never written cost nothing */

typedef struct SlotHeader {
        uint64_t sequence; /* 0 = never written */
        uint64_t size;
        uint64_t checksum;
} SlotHeader;

static_assert(sizeof(SlotHeader) + WIRE_MESSAGE_MAX <= SLOT_SIZE, "a message must fit into a slot");

/* FNV-1a: this guards against half a write, not against an enemy. */
static uint64_t checksum_add(uint64_t sum, const void *data, size_t size) {
        const uint8_t *p = data;

        for (size_t i = 0; i < size; i++)
                sum = (sum ^ p[i]) * UINT64_C(0x100000001b3);
        return sum;
}

static uint64_t slot_checksum(const SlotHeader *header, const void *data) {
        uint64_t sum = UINT64_C(0xcbf29ce484222325);

        sum = checksum_add(sum, &header->sequence, sizeof(header->sequence));
        sum = checksum_add(sum, &header->size, sizeof(header->size));
        return checksum_add(sum, data, header->size);
}

/* Reads a slot if it is whole; the data is the caller's. -ENODATA if it is not. */
static int slot_read(int fd, size_t slot, SlotHeader *ret_header, void **ret_data) {
        _cleanup_free_ void *data = NULL;
        off_t offset = (off_t) (slot * SLOT_SIZE);
        SlotHeader header;

        if (pread(fd, &header, sizeof(header), offset) != sizeof(header))
                return -ENODATA;
        if (header.sequence == 0 || header.size > WIRE_MESSAGE_MAX)
                return -ENODATA;
        data = malloc(header.size + 1);
        if (!data)
                return -ENOMEM;
        if (pread(fd, data, header.size, offset + (off_t) sizeof(header)) != (ssize_t) header.size)
                return -ENODATA;
        if (slot_checksum(&header, data) != header.checksum)
                return -ENODATA;

        *ret_header = header;
        *ret_data = TAKE_PTR(data);
        return 0;
}

/* The newest whole slot: its number, or -ENODATA. */
static int newest_read(int fd, SlotHeader *ret_header, void **ret_data) {
        _cleanup_free_ void *newest = NULL;
        SlotHeader newest_header = {};
        int found = -ENODATA;

        for (size_t slot = 0; slot < N_SLOTS; slot++) {
                _cleanup_free_ void *data = NULL;
                SlotHeader header;
                int r;

                r = slot_read(fd, slot, &header, &data);
                if (r == -ENODATA)
                        continue;
                if (r < 0)
                        return r;
                if (header.sequence <= newest_header.sequence)
                        continue;
                free(newest);
                newest = TAKE_PTR(data);
                newest_header = header;
                found = (int) slot;
        }
        if (found < 0)
                return found;

        *ret_header = newest_header;
        *ret_data = TAKE_PTR(newest);
        return found;
}

int state_record_new(int *ret_fd) {
        _cleanup_close_ int fd = -EBADF;

        fd = memfd_create("keeper-state", MFD_CLOEXEC);
        if (fd < 0 || ftruncate(fd, (off_t) N_SLOTS * SLOT_SIZE) < 0)
                return -errno;

        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int write_all(int fd, const void *data, size_t size, off_t offset) {
        ssize_t n;

        n = pwrite(fd, data, size, offset);
        if (n < 0)
                return -errno;
        return (size_t) n == size ? 0 : -EIO;
}

int state_record_write(int fd, const KeeperState *s) {
        _cleanup_(wire_writer_done) WireWriter w = {};
        _cleanup_free_ void *newest = NULL;
        SlotHeader header = {};
        off_t offset;
        int r;

        wire_begin(&w, KEEPER_STATUS, 0);
        keeper_state_put(s, &w);
        if (w.error < 0)
                return w.error;
        r = newest_read(fd, &header, &newest);
        if (r < 0 && r != -ENODATA)
                return r;

        offset = r == 0 ? SLOT_SIZE : 0;
        header.sequence++;
        header.size = w.size;
        header.checksum = slot_checksum(&header, w.data);
        r = write_all(fd, w.data, w.size, offset + (off_t) sizeof(header));
        if (r < 0)
                return r;
        return write_all(fd, &header, sizeof(header), offset);
}

int state_record_read(int fd, KeeperState *ret) {
        _cleanup_free_ void *data = NULL;
        SlotHeader header;
        WireMessage message;
        int r;

        r = newest_read(fd, &header, &data);
        if (r < 0)
                return r;
        r = wire_parse(data, header.size, &message);
        if (r < 0)
                return r;
        return keeper_state_read(&message, ret);
}
