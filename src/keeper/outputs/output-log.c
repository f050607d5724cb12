/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The outputs of a notebook session.
 *
 *      memfd:  one page of header | data, mapped         position p is at offset p modulo size
 *
 *      data:   … | header text | header text | filler |            entries lie in a row, each aligned
 *                begin                                 end
 *
 * An entry is written behind the end, then end is moved, which is one store. Before that, begin is moved
 * beyond what is overwritten. An entry that does not fit before the data's end begins at its start; a filler
 * lies between. */

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/outputs/output-log.h"

#define LOG_MAGIC   UINT64_C(0x31676f6c736363) /* "ccslog1" */
#define HEADER_SIZE 4096U
#define ALIGNMENT   8U

typedef struct LogHeader {
        uint64_t magic;
        uint64_t size; /* of the data */
        _Atomic uint64_t begin;
        _Atomic uint64_t end;
        _Atomic uint64_t dropped; /* number of the newest entry that was dropped */
        uint8_t annex[OUTPUT_LOG_ANNEX_SIZE];
        uint64_t purged;                        /* number of the newest entry that was */
        uint64_t positions[_OUTPUT_ORIGIN_MAX]; /* as OutputLog's, when it was purged */
} LogHeader;

static_assert(sizeof(LogHeader) <= HEADER_SIZE, "the header must fit into its page");

typedef struct EntryHeader {
        uint64_t seq; /* 0: a filler */
        uint64_t position;
        uint32_t origin;
        uint32_t size; /* of the text */
} EntryHeader;

struct OutputLog {
        int fd;
        LogHeader *header;
        uint8_t *data;
        uint64_t size; /* of it; what the header says others may have changed since */
        uint64_t seq;  /* of the newest entry there ever was */
        uint64_t positions[_OUTPUT_ORIGIN_MAX]; /* of the newest entry of each origin, plus 1 */
        bool keeps_nothing;
        OutputLogDropHandler drop_handler;
        void *userdata;
};

static uint64_t entry_space(uint64_t text_size) {
        return (sizeof(EntryHeader) + text_size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static uint8_t *log_at(const OutputLog *log, uint64_t position) {
        return log->data + position % log->size;
}

/* How much lies in a row from there on. */
static uint64_t log_row(const OutputLog *log, uint64_t position) {
        return log->size - position % log->size;
}

OutputLog *output_log_free(OutputLog *log) {
        if (!log)
                return NULL;
        if (log->header)
                (void) munmap(log->header, HEADER_SIZE + log->size);
        (void) safe_close(log->fd);
        free(log);
        return NULL;
}

/* Maps it. fd becomes the log's on success. */
static int log_map(int fd, uint64_t size, OutputLog **ret) {
        OutputLog *log;
        void *map;

        map = mmap(NULL, HEADER_SIZE + size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED)
                return -errno;
        log = malloc(sizeof(*log));
        if (!log) {
                (void) munmap(map, HEADER_SIZE + size);
                return -ENOMEM;
        }
        *log = (OutputLog){ .fd = fd, .header = map, .data = (uint8_t *) map + HEADER_SIZE, .size = size };
        *ret = log;
        return 0;
}

int output_log_new(uint64_t size, OutputLog **ret) {
        _cleanup_close_ int fd = -EBADF;
        int r;

        size = MAX(size / HEADER_SIZE * HEADER_SIZE, (uint64_t) OUTPUT_LOG_SIZE_MIN);
        size = MIN(size, (uint64_t) OUTPUT_LOG_SIZE_MAX);
        fd = memfd_create("compute-session-outputs", MFD_CLOEXEC);
        if (fd < 0 || ftruncate(fd, (off_t) (HEADER_SIZE + size)) < 0)
                return -errno;
        r = log_map(fd, size, ret);
        if (r < 0)
                return r;
        (void) TAKE_FD(fd);
        (*ret)->header->size = size;
        (*ret)->header->magic = LOG_MAGIC;
        return 0;
}

static EntryHeader entry_header(const OutputLog *log, uint64_t position) {
        EntryHeader header;

        memcpy(&header, log_at(log, position), sizeof(header));
        return header;
}

/* Where the entry is that was written at position, or behind the filler there. */
static uint64_t skip_filler(const OutputLog *log, uint64_t position) {
        uint64_t row = log_row(log, position);

        if (position >= output_log_end(log))
                return position;
        if (row < sizeof(EntryHeader) || entry_header(log, position).seq == 0)
                return position + row;
        return position;
}

/* Goes through all that is there, and learns of it. -EBADMSG if that cannot have been written by us. */
static int log_check(OutputLog *log) {
        uint64_t begin = log->header->begin, end = log->header->end, position = begin;
        bool first = true;

        if (begin > end || end - begin > log->size || begin % ALIGNMENT != 0 || end % ALIGNMENT != 0)
                return -EBADMSG;
        while (position < end) {
                EntryHeader header;
                uint64_t at = skip_filler(log, position);

                if (at >= end)
                        return at == end ? 0 : -EBADMSG;
                header = entry_header(log, at);
                if (header.seq == 0 || header.origin >= _OUTPUT_ORIGIN_MAX ||
                        (!first && header.seq != log->seq + 1) || header.position == UINT64_MAX ||
                        entry_space(header.size) > MIN(log_row(log, at), end - at))
                        return -EBADMSG;
                first = false;
                log->seq = header.seq;
                log->positions[header.origin] = header.position + 1;
                position = at + entry_space(header.size);
        }
        return 0;
}

/* All of the data, without which the log is empty. */
static void log_erase(const OutputLog *log) {
        if (fallocate(log->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, HEADER_SIZE, (off_t) log->size) <
                0)
                explicit_bzero(log->data, log->size);
}

int output_log_adopt(int fd, OutputLog **ret) {
        OutputLog *log;
        LogHeader header;
        struct stat st;
        int r;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (pread(fd, &header, sizeof(header), 0) != sizeof(header) || header.magic != LOG_MAGIC ||
                header.size < OUTPUT_LOG_SIZE_MIN || header.size > OUTPUT_LOG_SIZE_MAX ||
                header.size % HEADER_SIZE != 0 || (uint64_t) st.st_size != HEADER_SIZE + header.size)
                return -EBADMSG;
        r = log_map(fd, header.size, &log);
        if (r < 0)
                return r;
        log->seq = log->header->dropped;
        memcpy(log->positions, log->header->positions, sizeof(log->positions));
        r = log_check(log);
        if (r < 0) {
                log->fd = -EBADF;
                output_log_free(log);
                return r;
        }
        if (log->header->purged == log->seq)
                log_erase(log); /* who purged it may have been killed over that */
        *ret = log;
        return 0;
}

int output_log_fd(const OutputLog *log) {
        return log->fd;
}

void output_log_on_drop(OutputLog *log, OutputLogDropHandler handler, void *userdata) {
        log->drop_handler = handler;
        log->userdata = userdata;
}

void output_log_purge(OutputLog *log) {
        uint64_t end = output_log_end(log);

        if (log->drop_handler && output_log_begin(log) < end)
                log->drop_handler(log->userdata, end);
        memcpy(log->header->positions, log->positions, sizeof(log->positions));
        atomic_store(&log->header->dropped, log->seq);
        log->header->purged = log->seq;
        atomic_store(&log->header->begin, end);
        log_erase(log);
}

uint64_t output_log_purged(const OutputLog *log) {
        return log->header->purged;
}

void output_log_keep_nothing(OutputLog *log) {
        log->keeps_nothing = true;
}

void *output_log_annex(OutputLog *log) {
        return log->header->annex;
}

size_t output_log_entry_max(const OutputLog *log) {
        return log->size / 2;
}

uint64_t output_log_position(const OutputLog *log, OutputOrigin origin) {
        return log->positions[origin];
}

uint64_t output_log_next_seq(const OutputLog *log) {
        return log->seq + 1;
}

uint64_t output_log_end(const OutputLog *log) {
        return atomic_load(&log->header->end);
}

uint64_t output_log_begin(const OutputLog *log) {
        return skip_filler(log, atomic_load(&log->header->begin));
}

uint64_t output_log_find(const OutputLog *log, uint64_t seq) {
        uint64_t position = output_log_begin(log), end = output_log_end(log);

        while (position < end) {
                OutputEntry entry = output_log_get(log, position);

                if (entry.seq > seq)
                        break;
                position = entry.next;
        }
        return position;
}

OutputEntry output_log_get(const OutputLog *log, uint64_t position) {
        uint64_t at = skip_filler(log, position);
        EntryHeader header = entry_header(log, at);

        return (OutputEntry){
                .seq = header.seq,
                .text = (const char *) log_at(log, at) + sizeof(header),
                .size = header.size,
                .next = skip_filler(log, at + entry_space(header.size)),
        };
}

/* Drops the oldest entries until nothing that counts lies before position, one round ago. */
static void log_drop(OutputLog *log, uint64_t position) {
        uint64_t begin = output_log_begin(log), end = output_log_end(log);
        uint64_t dropped = atomic_load(&log->header->dropped);

        if (position <= log->size)
                return;
        position -= log->size;
        while (begin < position && begin < end) {
                OutputEntry entry = output_log_get(log, begin);

                dropped = entry.seq;
                begin = entry.next;
        }
        if (begin == atomic_load(&log->header->begin))
                return;
        if (log->drop_handler)
                log->drop_handler(log->userdata, begin);
        atomic_store(&log->header->dropped, dropped);
        atomic_store(&log->header->begin, begin);
}

/* Makes room for an entry behind the end; returns where. */
static uint64_t log_make_room(OutputLog *log, uint64_t space) {
        static const EntryHeader filler = {};
        uint64_t end = output_log_end(log), row = log_row(log, end);

        if (row < space) {
                log_drop(log, end + row);
                if (row >= sizeof(filler))
                        memcpy(log_at(log, end), &filler, sizeof(filler));
                end += row;
                atomic_store(&log->header->end, end);
        }
        log_drop(log, end + space);
        return end;
}

int output_log_append(
        OutputLog *log, OutputOrigin origin, uint64_t position, const struct iovec *parts, size_t n_parts) {
        EntryHeader header = { .seq = log->seq + 1, .position = position, .origin = origin };
        uint64_t at;
        uint8_t *p;
        size_t size = 0;

        if (origin != OUTPUT_ORIGIN_KEEPER && position < log->positions[origin])
                return 0;
        for (size_t i = 0; i < n_parts; i++)
                size += parts[i].iov_len;
        if (size > output_log_entry_max(log))
                return -EMSGSIZE;
        if (log->keeps_nothing) {
                log->positions[origin] = position + 1;
                return 1;
        }
        header.size = (uint32_t) size;

        at = log_make_room(log, entry_space(size));
        p = log_at(log, at);
        p = mempcpy(p, &header, sizeof(header));
        for (size_t i = 0; i < n_parts; i++)
                p = mempcpy(p, parts[i].iov_base, parts[i].iov_len);
        log->seq = header.seq;
        log->positions[origin] = position + 1;
        atomic_store(&log->header->end, at + entry_space(size));
        return 1;
}
