/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What was read from a stream and not used yet.
 *
 *      memfd:  one page of header | data, mapped         position p is at offset p - base
 *
 *                     start                    end
 *      |  used, free  |  not used yet          |  room  |
 *
 * Each of base, start and end changes by one store. Bytes move only if they fit beside where they are, so
 * that a kill while they are copied does no harm: base says where they count.
 *
 * What read(2) took out of the stream must not be lost, should the keeper be killed before it notes how many
 * bytes that were. A call that does not wait is not interrupted by a signal: it takes all that it was asked
 * for and that is there, or nothing. So we ask for exactly what is there, note first where that will end,
 * and put a byte there that the last one will differ from: of a socket the opposite of that byte, as
 * MSG_PEEK tells it; of a pipe, which cannot be peeked into and brings text, a NUL. Whoever takes the buffer
 * up looks at that byte. */

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/jupyter/stream-buffer.h"

#define BUFFER_MAGIC UINT64_C(0x31667562736363) /* "ccsbuf1" */
#define HEADER_SIZE  4096U
#define READ_MAX     (64U * 1024U)
/* Beyond that, memory is given back when the buffer is empty: at once, since a message may have been huge;
 * and when the stream rests. In between it is used again, as a page that is given back and taken anew costs
 * more than what is done with it. */
#define RESIDENT_MAX      (16U * 1024U * 1024U)
#define RESIDENT_REST_MAX (256U * 1024U)

typedef struct BufferHeader {
        uint64_t magic;
        uint64_t max;
        _Atomic uint64_t base;
        _Atomic uint64_t start; /* twice the position, plus the mark; may lie beyond end */
        _Atomic uint64_t end;
        _Atomic uint64_t coming_end; /* beyond end: a read that may have happened */
        _Atomic uint8_t coming_last; /* its last byte, if it is known */
        _Atomic uint8_t coming_known;
} BufferHeader;

struct StreamBuffer {
        int fd;
        BufferHeader *header;
        uint8_t *data;
        size_t size;     /* of the data */
        size_t resident; /* of it, at most */
};

static uint64_t buffer_end(const StreamBuffer *b) {
        return atomic_load(&b->header->end);
}

static uint8_t *buffer_at(const StreamBuffer *b, uint64_t position) {
        return b->data + (position - atomic_load(&b->header->base));
}

StreamBuffer *stream_buffer_free(StreamBuffer *b) {
        if (!b)
                return NULL;
        if (b->header)
                (void) munmap(b->header, HEADER_SIZE + b->size);
        (void) safe_close(b->fd);
        free(b);
        return NULL;
}

void stream_buffer_release(StreamBuffer *b) {
        b->fd = -EBADF;
}

/* Maps it. fd becomes the buffer's on success. */
static int buffer_map(int fd, size_t max, StreamBuffer **ret) {
        size_t size = 2 * max + READ_MAX;
        StreamBuffer *b;
        void *map;

        map = mmap(NULL, HEADER_SIZE + size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED)
                return -errno;
        b = malloc(sizeof(*b));
        if (!b) {
                (void) munmap(map, HEADER_SIZE + size);
                return -ENOMEM;
        }
        *b = (StreamBuffer){
                .fd = fd,
                .header = map,
                .data = (uint8_t *) map + HEADER_SIZE,
                .size = size,
        };
        *ret = b;
        return 0;
}

int stream_buffer_new(size_t max, StreamBuffer **ret) {
        _cleanup_close_ int fd = -EBADF;
        int r;

        max = (max + HEADER_SIZE - 1) / HEADER_SIZE * HEADER_SIZE;
        fd = memfd_create("compute-session-stream", MFD_CLOEXEC);
        if (fd < 0 || ftruncate(fd, (off_t) (HEADER_SIZE + 2 * max + READ_MAX)) < 0)
                return -errno;
        r = buffer_map(fd, max, ret);
        if (r < 0)
                return r;
        (void) TAKE_FD(fd);
        (*ret)->header->max = max;
        (*ret)->header->magic = BUFFER_MAGIC;
        return 0;
}

/* Takes up what was read but not noted. */
static void buffer_recover(StreamBuffer *b) {
        BufferHeader *h = b->header;
        uint64_t coming_end = atomic_load(&h->coming_end);
        uint8_t last;

        if (coming_end <= buffer_end(b))
                return;
        last = *buffer_at(b, coming_end - 1);
        if (h->coming_known ? last == h->coming_last : last != 0)
                atomic_store(&h->end, coming_end);
        atomic_store(&h->coming_end, 0);
}

int stream_buffer_adopt(int fd, size_t max, StreamBuffer **ret) {
        BufferHeader header;
        struct stat st;
        uint64_t start, most;
        int r;

        max = (max + HEADER_SIZE - 1) / HEADER_SIZE * HEADER_SIZE;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || header.magic != BUFFER_MAGIC ||
                header.max == 0 || header.max > max || header.max % HEADER_SIZE != 0)
                return -EBADMSG;
        max = header.max; /* that of a keeper of another version, perhaps */
        if ((uint64_t) st.st_size != HEADER_SIZE + 2 * max + READ_MAX)
                return -EBADMSG;
        most = header.base + 2 * max + READ_MAX;
        start = header.start >> 1;
        if (most < header.base || start < header.base || header.end < header.base || header.end > most ||
                (header.coming_end > header.end && header.coming_end > most))
                return -EBADMSG;
        r = buffer_map(fd, max, ret);
        if (r < 0)
                return r;
        (*ret)->resident = (*ret)->size;
        buffer_recover(*ret);
        return 0;
}

int stream_buffer_fd(const StreamBuffer *b) {
        return b->fd;
}

size_t stream_buffer_max(const StreamBuffer *b) {
        return (b->size - READ_MAX) / 2;
}

uint64_t stream_buffer_position(const StreamBuffer *b) {
        return atomic_load(&b->header->start) >> 1;
}

bool stream_buffer_mark(const StreamBuffer *b) {
        return atomic_load(&b->header->start) & 1;
}

const uint8_t *stream_buffer_data(const StreamBuffer *b, size_t *ret_size) {
        uint64_t start = stream_buffer_position(b), end = buffer_end(b);

        *ret_size = end > start ? end - start : 0;
        return *ret_size > 0 ? buffer_at(b, start) : NULL;
}

void stream_buffer_skip(StreamBuffer *b, uint64_t n, bool mark) {
        uint64_t start = stream_buffer_position(b);

        assert(n <= (UINT64_MAX >> 1) - start);
        atomic_store(&b->header->start, (start + n) << 1 | mark);
}

void stream_buffer_clear(StreamBuffer *b) {
        uint64_t start = MAX(stream_buffer_position(b), buffer_end(b));

        /* First so that nothing is left, then nothing can come to be there. */
        atomic_store(&b->header->start, start << 1);
        atomic_store(&b->header->base, buffer_end(b));
        atomic_store(&b->header->start, buffer_end(b) << 1);
}

/* What was taken and used is given back; so is the memory, if it was much. */
static void buffer_rewind(StreamBuffer *b, size_t resident_max) {
        uint64_t end = buffer_end(b);

        atomic_store(&b->header->base, end);
        if (b->resident <= resident_max)
                return;
        (void) fallocate(b->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, HEADER_SIZE, (off_t) b->size);
        b->resident = 0;
}

/* Makes room behind the end, and says how much there is. */
static size_t buffer_make_room(StreamBuffer *b) {
        uint64_t start = stream_buffer_position(b), end = buffer_end(b),
                 base = atomic_load(&b->header->base);

        if (start >= end)
                buffer_rewind(b, RESIDENT_MAX);
        else if (b->size - (end - base) < READ_MAX && end - start <= start - base) {
                memcpy(b->data, buffer_at(b, start), end - start);
                atomic_store(&b->header->base, start);
        }
        return MIN(b->size - (end - atomic_load(&b->header->base)), (uint64_t) READ_MAX);
}

void stream_buffer_rest(StreamBuffer *b) {
        if (stream_buffer_position(b) >= buffer_end(b))
                buffer_rewind(b, RESIDENT_REST_MAX);
}

/* How much there is to read, at most size; the bytes themselves are in the room then if they can be
 * known. */
static ssize_t buffer_look(StreamBuffer *b, int fd, uint8_t *room, size_t size) {
        int available = 0;
        ssize_t n;

        n = recv(fd, room, size, MSG_PEEK | MSG_DONTWAIT);
        if (n >= 0 || errno != ENOTSOCK) {
                b->header->coming_known = true;
                return n < 0 ? -errno : n;
        }
        if (ioctl(fd, FIONREAD, &available) < 0)
                return -errno;
        b->header->coming_known = false;
        /* Nothing there: it is read(2) that says whether this is the end. */
        return available > 0 ? (ssize_t) MIN((size_t) available, size) : 1;
}

ssize_t stream_buffer_read(StreamBuffer *b, int fd) {
        size_t size = buffer_make_room(b);
        uint64_t end = buffer_end(b);
        uint8_t *room = buffer_at(b, end);
        ssize_t n;

        if (size == 0)
                return -ENOBUFS;
        n = buffer_look(b, fd, room, size);
        if (n <= 0)
                return n;
        size = (size_t) n;
        b->header->coming_last = room[size - 1];
        room[size - 1] = b->header->coming_known ? (uint8_t) ~room[size - 1] : 0;
        atomic_store(&b->header->coming_end, end + size);
        n = read(fd, room, size);
        if (n < 0)
                n = -errno;
        if (n > 0)
                atomic_store(&b->header->end, end + (size_t) n);
        atomic_store(&b->header->coming_end, 0);
        b->resident = MAX(b->resident, (size_t) (room - b->data) + size);
        return n;
}
