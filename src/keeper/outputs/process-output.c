/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a kernel's process writes to its stdout and stderr: to who asked for it and, while the kernel starts,
 * to the journal, as if they were the journal's. */

#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/outputs/process-output.h"
#include "shared/log.h"

#define BUFFER_MAX (64U * 1024U)
#define LINE_MAX_  4096U /* of what is no whole line, more is not waited for */

struct ProcessOutput {
        int read_fd, write_fd;
        StreamBuffer *buffer;
        sd_event_source *source;
        ProcessOutputHandler handler;
        void *userdata;
        char last[PROCESS_OUTPUT_LAST_MAX + 1];
        size_t n_last;
        size_t n_untold; /* of these, at the end: not in the journal */
        bool spares_journal;
};

ProcessOutput *process_output_free(ProcessOutput *o) {
        if (!o)
                return NULL;
        sd_event_source_disable_unref(o->source);
        stream_buffer_free(o->buffer);
        (void) safe_close(o->read_fd);
        (void) safe_close(o->write_fd);
        free(o);
        return NULL;
}

/* Best effort: the journal may not hold us up, and what it does not take is in the session's log. */
static void pass_to_journal(const char *text, size_t size) {
        if (send(STDERR_FILENO, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == ENOTSOCK)
                (void) !write(STDERR_FILENO, text, size);
}

static void remember(ProcessOutput *o, const char *text, size_t size) {
        size_t keep;

        if (size > PROCESS_OUTPUT_LAST_MAX) {
                text += size - PROCESS_OUTPUT_LAST_MAX;
                size = PROCESS_OUTPUT_LAST_MAX;
        }
        keep = MIN(o->n_last, PROCESS_OUTPUT_LAST_MAX - size);
        memmove(o->last, o->last + o->n_last - keep, keep);
        memcpy(o->last + keep, text, size);
        o->n_last = keep + size;
        o->last[o->n_last] = 0;
}

const char *process_output_last(const ProcessOutput *o, size_t *ret_size) {
        if (ret_size)
                *ret_size = o->n_last;
        return o->last;
}

void process_output_set_journal(ProcessOutput *o, bool is_told) {
        o->spares_journal = !is_told;
}

void process_output_tell_last(const ProcessOutput *o) {
        size_t least = o->n_last - MIN(o->n_untold, o->n_last), n = o->n_last, lines = 0;

        if (n == least)
                return;
        for (n--; n > least; n--)
                if (o->last[n - 1] == '\n' && ++lines == PROCESS_OUTPUT_LAST_LINES)
                        break;
        pass_to_journal(o->last + n, o->n_last - n);
}

void process_output_forget(ProcessOutput *o) {
        process_output_flush(o);
        explicit_bzero(o->last, sizeof(o->last));
        o->n_last = o->n_untold = 0;
}

int process_output_is_of(const ProcessOutput *o, pid_t pid) {
        struct stat ours, theirs;

        if (fstat(o->write_fd, &ours) < 0)
                return -errno;
        for (int number = STDOUT_FILENO; number <= STDERR_FILENO; number++) {
                char path[64];

                (void) snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int) pid, number);
                if (stat(path, &theirs) < 0) {
                        /* It may have closed this one, but not hidden all. */
                        (void) snprintf(path, sizeof(path), "/proc/%d/fd/.", (int) pid);
                        if (access(path, X_OK) < 0)
                                return -errno;
                } else if (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino)
                        return 1;
        }
        return 0;
}

/* How much of it can be handed over: whole lines; of a long line what is there, but no character that is
 * cut. */
static size_t whole(const char *text, size_t size) {
        const char *newline = memrchr(text, '\n', size);
        size_t n = size;

        if (newline)
                return (size_t) (newline - text) + 1;
        if (size < LINE_MAX_)
                return 0;
        while (n > size - 3 && ((uint8_t) text[n - 1] & 0xc0) == 0x80)
                n--;
        return (uint8_t) text[n - 1] >= 0xc0 ? n - 1 : size;
}

static void hand_over(ProcessOutput *o, bool all) {
        size_t size, n;
        const char *text = (const char *) stream_buffer_data(o->buffer, &size);

        n = all || size == 0 ? size : whole(text, size);
        if (n == 0)
                return;
        if (o->spares_journal)
                o->n_untold = MIN(o->n_untold + n, (size_t) PROCESS_OUTPUT_LAST_MAX);
        else {
                pass_to_journal(text, n);
                o->n_untold = 0;
        }
        remember(o, text, n);
        o->handler(o->userdata, text, n, stream_buffer_position(o->buffer) + n);
        stream_buffer_skip(o->buffer, n, false);
}

static int on_pipe(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        ProcessOutput *o = userdata;
        ssize_t n;

        (void) source;
        (void) events;
        n = stream_buffer_read(o->buffer, fd);
        if (n == -ENOBUFS || n > 0)
                hand_over(o, n == -ENOBUFS);
        else if (n != -EAGAIN && n != -EINTR) {
                if (n < 0)
                        (void) log_warning_errno(
                                (int) n, "Cannot read what the kernel's process prints: %m");
                (void) sd_event_source_set_enabled(o->source, SD_EVENT_OFF);
        }
        return 0;
}

static int output_new(sd_event *event, int read_fd, int write_fd, StreamBuffer *buffer,
        ProcessOutputHandler handler, void *userdata, ProcessOutput **ret) {
        ProcessOutput *o = malloc(sizeof(*o));
        int r;

        if (!o)
                return -ENOMEM;
        *o = (ProcessOutput){
                .read_fd = read_fd,
                .write_fd = write_fd,
                .buffer = buffer,
                .handler = handler,
                .userdata = userdata,
        };
        r = sd_event_add_io(event, &o->source, read_fd, EPOLLIN, on_pipe, o);
        if (r < 0) {
                free(o);
                return r;
        }
        *ret = o;
        return 0;
}

int process_output_new(sd_event *event, ProcessOutputHandler handler, void *userdata, ProcessOutput **ret) {
        _cleanup_stream_buffer_ StreamBuffer *buffer = NULL;
        _cleanup_close_ int read_fd = -EBADF, write_fd = -EBADF;
        int fds[2], r;

        /* The process gets its end blocking, as it expects it. */
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        read_fd = fds[0];
        write_fd = fds[1];
        if (fcntl(read_fd, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        r = stream_buffer_new(BUFFER_MAX, &buffer);
        if (r < 0)
                return r;
        r = output_new(event, read_fd, write_fd, buffer, handler, userdata, ret);
        if (r < 0)
                return r;
        (void) TAKE_PTR(buffer);
        (void) TAKE_FD(read_fd);
        (void) TAKE_FD(write_fd);
        return 0;
}

int process_output_adopt(sd_event *event, int read_fd, int write_fd, int buffer_fd,
        ProcessOutputHandler handler, void *userdata, ProcessOutput **ret) {
        StreamBuffer *buffer;
        int r;

        r = stream_buffer_adopt(buffer_fd, BUFFER_MAX, &buffer);
        if (r < 0)
                return r;
        r = output_new(event, read_fd, write_fd, buffer, handler, userdata, ret);
        if (r < 0) {
                /* The descriptors stay the caller's. */
                stream_buffer_release(buffer);
                stream_buffer_free(buffer);
        }
        return r;
}

int process_output_read_fd(const ProcessOutput *o) {
        return o->read_fd;
}

int process_output_write_fd(const ProcessOutput *o) {
        return o->write_fd;
}

int process_output_buffer_fd(const ProcessOutput *o) {
        return stream_buffer_fd(o->buffer);
}

void process_output_flush(ProcessOutput *o) {
        int left = 0;

        /* No more than is there now: others may hold the pipe's end, and go on printing for ever. */
        (void) ioctl(o->read_fd, FIONREAD, &left);
        while (left > 0) {
                ssize_t n = stream_buffer_read(o->buffer, o->read_fd);

                if (n <= 0 && n != -ENOBUFS)
                        break;
                hand_over(o, /* all= */ n == -ENOBUFS);
                left -= (int) MAX(n, (ssize_t) 0);
        }
        hand_over(o, /* all= */ true);
}
