/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Sends entries to journald without ever waiting for it. */

#include <endian.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "manager/base/journal.h"
#include "shared/log.h"
#include "shared/macros.h"
#include "shared/message-ids.h"
#include "shared/time-span.h"

#define PAUSE_MIN_USEC (10 * USEC_PER_MSEC)
#define PAUSE_MAX_USEC (30 * USEC_PER_SEC)

struct JournalEntry {
        JournalEntry *next;
        size_t size;
        uint8_t data[];
};

int journal_init(Journal *j, sd_event *event, const char *path) {
        *j = (Journal){ .path = path, .event = event };
        j->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        return j->fd < 0 ? -errno : 0;
}

/* The wire format: NAME=value and a newline, or for a value with newlines NAME, newline, size, value,
 * newline. */

static size_t append(uint8_t *to, const void *from, size_t n) {
        if (to)
                memcpy(to, from, n);
        return n;
}

/* Writes to data, or only measures if that is NULL. */
static size_t encode_field(const struct iovec *field, uint8_t *data) {
        const char *text = field->iov_base, *equals = memchr(text, '=', field->iov_len);
        size_t name_size, value_size, n = 0;
        uint64_t size;

        assert(equals);

        if (!memchr(text, '\n', field->iov_len)) {
                n += append(data, text, field->iov_len);
                return n + append(data ? data + n : NULL, "\n", 1);
        }
        name_size = (size_t) (equals - text);
        value_size = field->iov_len - name_size - 1;
        size = htole64(value_size);
        n += append(data, text, name_size);
        n += append(data ? data + n : NULL, "\n", 1);
        n += append(data ? data + n : NULL, &size, sizeof(size));
        n += append(data ? data + n : NULL, equals + 1, value_size);
        return n + append(data ? data + n : NULL, "\n", 1);
}

static JournalEntry *entry_new(const struct iovec *fields, size_t n) {
        JournalEntry *e;
        size_t size = 0;

        for (size_t i = 0; i < n; i++)
                size += encode_field(&fields[i], NULL);
        e = malloc(sizeof(JournalEntry) + size);
        if (!e)
                return NULL;
        *e = (JournalEntry){};
        for (size_t i = 0; i < n; i++)
                e->size += encode_field(&fields[i], e->data + e->size);
        return e;
}

/* Sending */

/* A connection is to the socket that is there now, not to whichever has its path later. */
static int journal_connect(Journal *j) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        if (j->connected)
                return 0;
        strncpy(address.sun_path, j->path, sizeof(address.sun_path) - 1);
        if (connect(j->fd, (const struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        j->connected = true;
        return 0;
}

/* journald's socket is gone, with what was in it. */
static void start_over(Journal *j) {
        j->connected = false;
        j->unsent = j->first;
}

static int send_message(Journal *j, const struct iovec *data, const int *fd) {
        union {
                struct cmsghdr header;
                uint8_t bytes[CMSG_SPACE(sizeof(int))];
        } control = {};
        struct msghdr message = {
                .msg_iov = (struct iovec *) data,
                .msg_iovlen = data ? 1 : 0,
        };
        int r;

        r = journal_connect(j);
        if (r < 0)
                return r;
        if (fd) {
                message.msg_control = &control;
                message.msg_controllen = sizeof(control);
                control.header = (struct cmsghdr){
                        .cmsg_level = SOL_SOCKET,
                        .cmsg_type = SCM_RIGHTS,
                        .cmsg_len = CMSG_LEN(sizeof(int)),
                };
                memcpy(CMSG_DATA(&control.header), fd, sizeof(int));
        }
        if (sendmsg(j->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
                return 0;
        if (errno == ECONNREFUSED)
                start_over(j);
        return -errno;
}

/* One that is too large for a datagram goes as a sealed file. */
static int send_as_file(Journal *j, const JournalEntry *e) {
        _cleanup_close_ int fd = -EBADF;

        fd = memfd_create("journal-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return -errno;
        if (write(fd, e->data, e->size) != (ssize_t) e->size)
                return -EIO;
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
                return -errno;
        return send_message(j, NULL, &fd);
}

static int send_entry(Journal *j, const JournalEntry *e) {
        const struct iovec data = { .iov_base = (void *) e->data, .iov_len = e->size };
        int r;

        r = send_message(j, &data, NULL);
        return r == -EMSGSIZE || r == -ENOBUFS ? send_as_file(j, e) : r;
}

/* journald is slow, stopped, or being started. */
static bool may_work_later(int error) {
        return error == -EAGAIN || error == -ECONNREFUSED || error == -ENOENT || error == -ENOMEM;
}

static void tell_losses(Journal *j) {
        char message[128],
                *const fields[] = {
                        (char *) "MESSAGE_ID=" MESSAGE_ENTRIES_LOST,
                        (char *) "PRIORITY=4",
                        (char *) "SYSLOG_IDENTIFIER=compute-sessiond",
                        message,
                };
        struct iovec iov[ELEMENTSOF(fields)];
        JournalEntry *e;

        snprintf(message, sizeof(message),
                "MESSAGE=%" PRIu64 " entries of the audit log were lost while the journal took none.",
                j->n_lost);
        for (size_t i = 0; i < ELEMENTSOF(fields); i++)
                iov[i] = (struct iovec){ .iov_base = fields[i], .iov_len = strlen(fields[i]) };
        e = entry_new(iov, ELEMENTSOF(iov));
        if (e && send_entry(j, e) >= 0)
                j->n_lost = 0;
        free(e);
}

static void take_first(Journal *j) {
        JournalEntry *e = j->first;

        j->first = e->next;
        if (!j->first)
                j->last = NULL;
        if (j->unsent == e)
                j->unsent = e->next;
        j->size -= e->size;
        free(e);
}

/* Forgets what journald has read: it keeps that, also when it is stopped next. That nothing is left unread
 * is true of a socket that is gone, too; whether it is, an empty datagram tells, of which journald takes no
 * notice. */
static void look_what_was_read(Journal *j) {
        int unread = 0;

        if (j->first == j->unsent || (ioctl(j->fd, SIOCOUTQ, &unread) >= 0 && unread > 0))
                return;
        if (send_message(j, NULL, NULL) == -ECONNREFUSED)
                return;
        while (j->first != j->unsent)
                take_first(j);
}

/* Sends until journald takes no more. */
static void send_unsent(Journal *j) {
        while (j->unsent) {
                bool was_connected = j->connected;
                int r = send_entry(j, j->unsent);

                if (r == -ECONNREFUSED && was_connected)
                        continue; /* with the first one, to the next socket */
                if (may_work_later(r))
                        return;
                if (r < 0)
                        j->n_lost++;
                j->unsent = j->unsent->next;
        }
        if (j->n_lost > 0)
                tell_losses(j);
}

/* Keeping */

static int on_retry(sd_event_source *source, uint64_t usec _unused_, void *userdata) {
        Journal *j = userdata;
        const JournalEntry *unsent = j->unsent;
        size_t size = j->size;

        look_what_was_read(j);
        send_unsent(j);
        if (!j->first)
                return 0;
        /* Slow is not away. */
        j->pause =
                j->size < size || j->unsent != unsent ? PAUSE_MIN_USEC : MIN(2 * j->pause, PAUSE_MAX_USEC);
        (void) sd_event_source_set_time_relative(source, j->pause);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void retry_later(Journal *j) {
        j->retry = sd_event_source_disable_unref(j->retry);
        j->pause = PAUSE_MIN_USEC;
        (void) sd_event_add_time_relative(
                j->event, &j->retry, CLOCK_MONOTONIC, j->pause, PAUSE_MIN_USEC, on_retry, j);
}

static void make_room(Journal *j, size_t size) {
        while (j->first != j->unsent && j->size + size > JOURNAL_SIZE_MAX)
                take_first(j);
}

void journal_send(Journal *j, const struct iovec *fields, size_t n) {
        bool was_empty = !j->first;
        JournalEntry *e;

        e = entry_new(fields, n);
        if (e)
                make_room(j, e->size);
        if (!e || j->size + e->size > JOURNAL_SIZE_MAX) {
                j->n_lost++;
                free(e);
                return;
        }
        if (j->last)
                j->last->next = e;
        else
                j->first = e;
        j->last = e;
        j->size += e->size;
        /* While older ones wait for their time, so does this one. */
        if (!j->unsent) {
                j->unsent = e;
                send_unsent(j);
        }
        if (was_empty)
                retry_later(j);
}

uint64_t journal_done(Journal *j) {
        uint64_t n_lost;

        if (j->event)
                send_unsent(j);
        n_lost = j->n_lost;
        for (; j->unsent; n_lost++)
                j->unsent = j->unsent->next;
        while (j->first)
                take_first(j);
        sd_event_source_disable_unref(j->retry);
        if (j->event)
                (void) safe_close(j->fd);
        *j = (Journal){ .fd = -EBADF };
        return n_lost;
}
