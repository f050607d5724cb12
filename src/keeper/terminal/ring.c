/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The last bytes that the payload printed.
 *
 *      memfd:  one page of header | data, mapped
 *
 * The keeper reads from the PTY straight into the data. Were it killed after the kernel put bytes there and
 * before it noted how many, they would be gone from both sides. So the room is filled with a pattern first:
 * whoever takes the ring up finds how far it was overwritten. (A last byte that happens to be the pattern's
 * is lost, one time in 256, if the kill fell into those nanoseconds.) The room is of one read(2), 4 KiB, so
 * this costs next to nothing. */

#include <endian.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/terminal/ring.h"

#define RING_MAGIC  UINT64_C(0x31676e6972736363) /* "ccsring1" */
#define HEADER_SIZE 4096U
#define ROOM_MAX    4096U /* what a PTY gives at most at once */

typedef struct RingHeader {
        uint64_t magic;
        uint64_t size;             /* of the data */
        _Atomic uint64_t end;      /* position */
        _Atomic uint64_t room_end; /* position up to which there is pattern, perhaps overwritten */
} RingHeader;

struct Ring {
        int fd;
        RingHeader *header;
        uint8_t *data;
        uint64_t size; /* of the data; what the header says others may have changed since */
};

/* Eight bytes of the pattern, which differs from byte to byte and from round to round, so that text hardly
 * ever looks like it. */
static uint64_t pattern_word(uint64_t number) {
        uint64_t x = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

        return x ^ (x >> 29);
}

static uint8_t pattern(uint64_t position) {
        return (uint8_t) (pattern_word(position / 8) >> (position % 8 * 8));
}

static void pattern_write(uint8_t *to, uint64_t position, size_t size) {
        size_t i = 0;

        for (; i < size && (position + i) % 8 != 0; i++)
                to[i] = pattern(position + i);
        for (; size - i >= 8; i += 8) {
                uint64_t word = htole64(pattern_word((position + i) / 8));

                memcpy(to + i, &word, sizeof(word));
        }
        for (; i < size; i++)
                to[i] = pattern(position + i);
}

Ring *ring_free(Ring *ring) {
        if (!ring)
                return NULL;
        if (ring->header)
                (void) munmap(ring->header, HEADER_SIZE + ring->size);
        (void) safe_close(ring->fd);
        free(ring);
        return NULL;
}

void ring_release(Ring *ring) {
        ring->fd = -EBADF;
}

/* Maps it. fd becomes the ring's on success. */
static int ring_map(int fd, size_t size, Ring **ret) {
        void *map;
        Ring *ring;

        map = mmap(NULL, HEADER_SIZE + size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED)
                return -errno;
        ring = malloc(sizeof(*ring));
        if (!ring) {
                (void) munmap(map, HEADER_SIZE + size);
                return -ENOMEM;
        }
        *ring = (Ring){ .fd = fd, .header = map, .data = (uint8_t *) map + HEADER_SIZE, .size = size };
        *ret = ring;
        return 0;
}

int ring_new(size_t size, Ring **ret) {
        _cleanup_close_ int fd = -EBADF;
        int r;

        size = (MAX(size, (size_t) RING_SIZE_MIN) + HEADER_SIZE - 1) / HEADER_SIZE * HEADER_SIZE;
        fd = memfd_create("compute-session-ring", MFD_CLOEXEC);
        if (fd < 0 || ftruncate(fd, (off_t) (HEADER_SIZE + size)) < 0)
                return -errno;
        r = ring_map(fd, size, ret);
        if (r < 0)
                return r;
        (void) TAKE_FD(fd);
        (*ret)->header->size = size;
        (*ret)->header->magic = RING_MAGIC;
        return 0;
}

/* Takes up what was read but not noted. */
static void ring_recover(Ring *ring) {
        uint64_t end = atomic_load(&ring->header->end), read_end = atomic_load(&ring->header->room_end);

        if (read_end <= end || read_end - end > ROOM_MAX)
                return;
        while (read_end > end && ring->data[(read_end - 1) % ring->size] == pattern(read_end - 1))
                read_end--;
        atomic_store(&ring->header->end, read_end);
}

int ring_adopt(int fd, Ring **ret) {
        RingHeader header;
        struct stat st;
        int r;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || header.magic != RING_MAGIC)
                return -EBADMSG;
        if (header.size < RING_SIZE_MIN || (uint64_t) st.st_size != HEADER_SIZE + header.size)
                return -EBADMSG;
        r = ring_map(fd, header.size, ret);
        if (r < 0)
                return r;
        ring_recover(*ret);
        return 0;
}

int ring_fd(const Ring *ring) {
        return ring->fd;
}

size_t ring_size(const Ring *ring) {
        return ring->size;
}

uint64_t ring_end(const Ring *ring) {
        return atomic_load(&ring->header->end);
}

uint8_t *ring_room(Ring *ring, size_t *ret_size) {
        uint64_t end = ring_end(ring);
        uint8_t *room = ring->data + end % ring->size;
        size_t size = MIN(ring->size - end % ring->size, (uint64_t) ROOM_MAX), filled = 0;
        uint64_t room_end = atomic_load(&ring->header->room_end);

        /* Behind what the last read put there, its pattern is still whole: after a key's echo nearly all of
         * it. */
        if (room_end > end && room_end <= end + size)
                filled = room_end - end;
        pattern_write(room + filled, end + filled, size - filled);
        atomic_store(&ring->header->room_end, end + size);
        *ret_size = size;
        return room;
}

void ring_commit(Ring *ring, size_t n) {
        atomic_store(&ring->header->end, ring_end(ring) + n);
}

size_t ring_get(const Ring *ring, uint64_t position, const uint8_t **ret) {
        uint64_t end = ring_end(ring), size = ring->size;

        /* What lies before the end by a whole round is the room. */
        if (position >= end || end - position > size - ROOM_MAX)
                return 0;
        *ret = ring->data + position % size;
        return MIN(end - position, size - position % size);
}
