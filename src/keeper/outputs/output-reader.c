/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Those who read the outputs. */

#include <sys/socket.h>
#include <unistd.h>

#include "keeper/outputs/output-reader.h"
#include "keeper/outputs/output-record.h"
#include "keeper/store/byte-queue.h"
#include "shared/fd.h"
#include "shared/log.h"

#define GATHER_MAX 64U             /* entries in one call */
#define TURN_MAX   (1024U * 1024U) /* bytes, before others have their turn */
#define REST_MAX   (1024U * 1024U) /* of a line whose entry is dropped while it is being written */

typedef struct OutputReader {
        OutputReaders *readers;
        int fd;
        sd_event_source *source;
        uint64_t position; /* of the entry that is being written */
        size_t offset;     /* how much of it is */
        uint64_t last;     /* position behind the last entry to be written */
        uint64_t seq;      /* of the newest entry that was begun */
        ByteQueue rest;    /* goes out first */
        bool writing;
        bool broken;
} OutputReader;

struct OutputReaders {
        sd_event *event;
        OutputLog *log;
        void (*caught_up)(void *userdata);
        void *userdata;
        OutputReader *items[OUTPUT_READERS_MAX];
        size_t n;
};

static OutputReader *reader_free(OutputReader *reader) {
        sd_event_source_disable_unref(reader->source);
        byte_queue_clear(&reader->rest);
        (void) shutdown(reader->fd, SHUT_RDWR);
        (void) safe_close(reader->fd);
        free(reader);
        return NULL;
}

OutputReaders *output_readers_free(OutputReaders *readers) {
        if (!readers)
                return NULL;
        for (size_t i = 0; i < readers->n; i++)
                reader_free(readers->items[i]);
        output_log_on_drop(readers->log, NULL, NULL);
        sd_event_unref(readers->event);
        free(readers);
        return NULL;
}

bool output_readers_are_behind(const OutputReaders *readers) {
        for (size_t i = 0; i < readers->n; i++)
                if (readers->items[i]->writing)
                        return true;
        return false;
}

static void reader_set_writing(OutputReader *reader, bool writing) {
        if (reader->writing == writing)
                return;
        reader->writing = writing;
        /* Without anything to write only its end is of interest, which is always told. */
        (void) sd_event_source_set_io_events(reader->source, writing ? EPOLLOUT : EPOLLRDHUP);
}

static void reader_remove(OutputReader *reader) {
        OutputReaders *readers = reader->readers;

        for (size_t i = 0; i < readers->n; i++)
                if (readers->items[i] == reader) {
                        readers->items[i] = readers->items[--readers->n];
                        break;
                }
        reader_free(reader);
}

/* Tells of the entries between what it has and what is there. */
static int reader_tell_dropped(OutputReader *reader, uint64_t first_seq) {
        _cleanup_free_ char *lines = NULL;
        size_t size;
        int r;

        r = output_gap_format(reader->readers->log, reader->seq, first_seq,
                "Older entries were dropped, since the log was full.", &lines, &size);
        if (r < 0)
                return r;
        reader->seq = first_seq - 1;
        return byte_queue_append(&reader->rest, lines, size);
}

/* Before entries are overwritten: a line that was begun is kept to its end, if it is not too long. */
static void on_drop(void *userdata, uint64_t position) {
        OutputReaders *readers = userdata;

        for (size_t i = 0; i < readers->n; i++) {
                OutputReader *reader = readers->items[i];

                if (reader->position >= position)
                        continue;
                if (reader->offset > 0) {
                        OutputEntry entry = output_log_get(readers->log, reader->position);

                        if (byte_queue_append(&reader->rest, entry.text + reader->offset,
                                    entry.size - reader->offset) < 0)
                                reader->broken = true;
                        reader->seq = entry.seq;
                        reader->offset = 0;
                }
                reader->position = position;
        }
}

/* Collects what is to be written next. Returns the number of parts. */
static size_t gather(const OutputReader *reader, struct iovec *parts) {
        const OutputLog *log = reader->readers->log;
        uint64_t position = reader->position;
        size_t n = 0, offset = reader->offset;

        while (n < GATHER_MAX && position < reader->last && position < output_log_end(log)) {
                OutputEntry entry = output_log_get(log, position);

                if (entry.size == 0 && entry.seq == 0)
                        break;
                parts[n++] = (struct iovec){ (char *) entry.text + offset, entry.size - offset };
                offset = 0;
                position = entry.next;
        }
        return n;
}

static void reader_advance(OutputReader *reader, size_t written) {
        while (written > 0) {
                OutputEntry entry = output_log_get(reader->readers->log, reader->position);
                size_t left = entry.size - reader->offset;

                reader->seq = entry.seq;
                if (written < left) {
                        reader->offset += written;
                        return;
                }
                written -= left;
                reader->offset = 0;
                reader->position = entry.next;
        }
}

/* 1: it took all that there is; 0: it takes no more now; -errno. */
static int reader_write(OutputReader *reader) {
        const OutputLog *log = reader->readers->log;
        size_t total = 0;
        int r;

        if (reader->broken)
                return -ENOBUFS;
        while (total < TURN_MAX) {
                struct iovec parts[GATHER_MAX];
                struct msghdr header = { .msg_iov = parts };
                ssize_t n;

                if (reader->offset == 0 && reader->position < output_log_end(log)) {
                        uint64_t seq = output_log_get(log, reader->position).seq;

                        if (seq > reader->seq + 1) {
                                r = reader_tell_dropped(reader, seq);
                                if (r < 0)
                                        return r;
                        }
                }
                r = byte_queue_write(&reader->rest, reader->fd, /* is_socket= */ true);
                if (r < 0 || reader->rest.size > 0)
                        return r;
                header.msg_iovlen = gather(reader, parts);
                if (header.msg_iovlen == 0)
                        return 1;
                n = sendmsg(reader->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (n < 0)
                        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
                total += (size_t) n;
                reader_advance(reader, (size_t) n);
        }
        return 0;
}

static int on_reader(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        OutputReader *reader = userdata;
        OutputReaders *readers = reader->readers;
        int r;

        (void) source;
        (void) fd;
        if (!reader->writing || (events & (EPOLLHUP | EPOLLERR)))
                r = -EPIPE;
        else
                r = reader_write(reader);
        if (r == 0)
                return 0;
        if (r < 0 || reader->last != UINT64_MAX)
                reader_remove(reader);
        else
                reader_set_writing(reader, false);
        if (!output_readers_are_behind(readers))
                readers->caught_up(readers->userdata);
        return 0;
}

int output_readers_new(sd_event *event, OutputLog *log, void (*caught_up)(void *userdata), void *userdata,
        OutputReaders **ret) {
        OutputReaders *readers = malloc(sizeof(*readers));

        if (!readers)
                return -ENOMEM;
        *readers = (OutputReaders){
                .event = sd_event_ref(event),
                .log = log,
                .caught_up = caught_up,
                .userdata = userdata,
        };
        output_log_on_drop(log, on_drop, readers);
        *ret = readers;
        return 0;
}

int output_readers_add(OutputReaders *readers, int fd, uint64_t since, bool follow) {
        uint64_t newest = output_log_next_seq(readers->log) - 1;
        OutputReader *reader;
        int r;

        if (readers->n == OUTPUT_READERS_MAX)
                return -EUSERS;
        r = fd_check_socket(fd, SOCK_STREAM);
        if (r < 0)
                return r;
        r = fd_make_nonblocking(fd);
        if (r < 0)
                return r;
        reader = malloc(sizeof(*reader));
        if (!reader)
                return -ENOMEM;
        *reader = (OutputReader){
                .readers = readers,
                .fd = fd,
                .position = output_log_find(readers->log, since),
                .last = follow ? UINT64_MAX : output_log_end(readers->log),
                .seq = MIN(since, newest), /* or what only begins to come would seem to follow a gap */
                .rest = { .max = REST_MAX },
                .writing = true,
        };
        r = sd_event_add_io(readers->event, &reader->source, fd, EPOLLOUT, on_reader, reader);
        if (r < 0) {
                free(reader);
                return r;
        }
        readers->items[readers->n++] = reader;
        return 0;
}

void output_readers_wake(OutputReaders *readers) {
        for (size_t i = 0; i < readers->n; i++)
                reader_set_writing(readers->items[i], true);
}
