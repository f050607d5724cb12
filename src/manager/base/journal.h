/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Entries for the journal, from one who never waits: what journald does not take at once is kept, up to a
 * bound, and offered again; what is beyond the bound is counted, and the count is an entry of its own once
 * journald takes some. (sd_journal_sendv(3) blocks while journald is stopped or slow.) What was sent is kept
 * until journald has read it: what is unread goes with journald's socket, when that is stopped, and is sent
 * again to the next one (so that what was read right before may be there twice). The format is that of
 * https://systemd.io/JOURNAL_NATIVE_PROTOCOL. */

#include <stdbool.h>
#include <sys/uio.h>
#include <systemd/sd-event.h>

#define JOURNAL_SOCKET   "/run/systemd/journal/socket"
#define JOURNAL_SIZE_MAX (1024U * 1024U) /* bytes of entries that are kept */

typedef struct JournalEntry JournalEntry;

typedef struct Journal {
        const char *path; /* of journald's socket */
        int fd;
        bool connected;
        sd_event *event;
        JournalEntry *first, *last; /* kept, oldest first: those sent, and then */
        JournalEntry *unsent;       /* this one and the following */
        size_t size;
        uint64_t n_lost;        /* since the last entry that told */
        sd_event_source *retry; /* while any are kept */
        uint64_t pause;         /* µs to the next attempt, or look */
} Journal;

/* path is not copied. -errno. */
int journal_init(Journal *j, sd_event *event, const char *path);
/* Offers what is kept for the last time. Returns how many entries are lost now, for sure. */
uint64_t journal_done(Journal *j);

/* Sends "NAME=value" fields, or keeps them. */
void journal_send(Journal *j, const struct iovec *fields, size_t n);
