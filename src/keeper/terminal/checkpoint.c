/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The screen's picture as it was at some position of the ring.
 *
 *      memfd:  one page of header | slot 0 | slot 1        sparse: only what a picture needs is there
 *
 * The slot that the header does not name is written, then the header, which is one small write, then the
 * other slot's memory is given back. */

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/terminal/checkpoint.h"

#define CHECKPOINT_MAGIC UINT64_C(0x3170746b63736363) /* "cccsktp1" */
#define HEADER_SIZE      4096

typedef struct CheckpointHeader {
        uint64_t magic;
        uint64_t slot; /* 0 or 1 */
        Checkpoint checkpoint;
} CheckpointHeader;

static off_t slot_offset(uint64_t slot) {
        return HEADER_SIZE + (off_t) slot * (off_t) CHECKPOINT_SIZE_MAX;
}

int checkpoint_new(int *ret) {
        _cleanup_close_ int fd = -EBADF;

        fd = memfd_create("compute-session-checkpoint", MFD_CLOEXEC);
        if (fd < 0 || ftruncate(fd, slot_offset(2)) < 0)
                return -errno;
        *ret = TAKE_FD(fd);
        return 0;
}

static int write_all(int fd, const void *data, size_t size, off_t offset) {
        const uint8_t *p = data;

        while (size > 0) {
                ssize_t n = pwrite(fd, p, size, offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                p += n;
                size -= (size_t) n;
                offset += n;
        }
        return 0;
}

static int read_header(int fd, CheckpointHeader *ret) {
        struct stat st;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_size != slot_offset(2) || pread(fd, ret, sizeof(*ret), 0) != sizeof(*ret))
                return -EBADMSG;
        if (ret->magic == 0)
                return -ENODATA;
        if (ret->magic != CHECKPOINT_MAGIC || ret->slot > 1 || ret->checkpoint.size > CHECKPOINT_SIZE_MAX)
                return -EBADMSG;
        return 0;
}

int checkpoint_write(int fd, const Checkpoint *checkpoint, const uint8_t *picture) {
        CheckpointHeader header = {};
        uint64_t slot;
        int r;

        if (checkpoint->size > CHECKPOINT_SIZE_MAX)
                return -EMSGSIZE;
        r = read_header(fd, &header);
        if (r < 0 && r != -ENODATA)
                return r;
        slot = r < 0 ? 0 : 1 - header.slot;
        r = write_all(fd, picture, checkpoint->size, slot_offset(slot));
        if (r < 0)
                return r;
        header = (CheckpointHeader){ .magic = CHECKPOINT_MAGIC, .slot = slot, .checkpoint = *checkpoint };
        r = write_all(fd, &header, sizeof(header), 0);
        if (r < 0)
                return r;
        (void) fallocate(
                fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, slot_offset(1 - slot), CHECKPOINT_SIZE_MAX);
        return 0;
}

int checkpoint_read(int fd, Checkpoint *ret, ByteQueue *picture) {
        CheckpointHeader header = {};
        off_t offset;
        int r;

        r = read_header(fd, &header);
        if (r < 0)
                return r;
        offset = slot_offset(header.slot);
        for (uint64_t left = header.checkpoint.size; left > 0;) {
                uint8_t buffer[16384];
                ssize_t n = pread(fd, buffer, MIN(left, sizeof(buffer)), offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EBADMSG;
                r = byte_queue_append(picture, buffer, (size_t) n);
                if (r < 0)
                        return r;
                left -= (uint64_t) n;
                offset += n;
        }
        *ret = header.checkpoint;
        return 0;
}
