/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The outputs of a notebook session: entries with numbers, the newest as far as there is room, in a memfd
 * that systemd keeps while the keeper is dead. A keeper that is killed at any moment leaves each entry whole
 * or not there. */

#include <sys/uio.h>

#include "shared/keeper-protocol.h"
#include "shared/macros.h"

#define OUTPUT_LOG_ANNEX_SIZE 1024U

/* Where an entry comes from. Each has positions of its own, which grow. */
typedef enum OutputOrigin {
        OUTPUT_ORIGIN_KEEPER,  /* no positions */
        OUTPUT_ORIGIN_KERNEL,  /* what it published */
        OUTPUT_ORIGIN_PROCESS, /* what it wrote to its stdout and stderr */
        _OUTPUT_ORIGIN_MAX,
} OutputOrigin;

typedef struct OutputEntry {
        uint64_t seq; /* from 1 on */
        const char *text;
        size_t size;
        uint64_t next; /* position of the entry behind it */
} OutputEntry;

typedef struct OutputLog OutputLog;

/* Is told before the entries before position are overwritten. */
typedef void (*OutputLogDropHandler)(void *userdata, uint64_t position);

/* size is brought into the bounds above. */
int output_log_new(uint64_t size, OutputLog **ret);
/* The log that an earlier keeper left; fd becomes the log's on success. -EBADMSG: it is not one. */
int output_log_adopt(int fd, OutputLog **ret);
OutputLog *output_log_free(OutputLog *log);
int output_log_fd(const OutputLog *log);

void output_log_on_drop(OutputLog *log, OutputLogDropHandler handler, void *userdata);

/* Forgets all entries for good: nothing of them is left in memory. Numbers and positions go on. */
void output_log_purge(OutputLog *log);
/* The number of the newest entry that was purged; 0: none was. */
uint64_t output_log_purged(const OutputLog *log);

/* From now on it keeps nothing that is appended, and says that it did. */
void output_log_keep_nothing(OutputLog *log);

/* Room for what is to survive with the log; zero at first. */
void *output_log_annex(OutputLog *log);

/* Appends an entry, made of parts; the oldest are dropped for it. Returns 1, or 0 if the one at this
 * position of its origin, or a later one, is in the log already; -EMSGSIZE if it is longer than
 * output_log_entry_max(). */
int output_log_append(
        OutputLog *log, OutputOrigin origin, uint64_t position, const struct iovec *parts, size_t n_parts);
/* Beyond the position of the newest entry of that origin; 0: there was none. */
uint64_t output_log_position(const OutputLog *log, OutputOrigin origin);
size_t output_log_entry_max(const OutputLog *log);

/* The number that the next entry will have. */
uint64_t output_log_next_seq(const OutputLog *log);

/* Positions in the log: of the oldest entry, behind the newest, of the first with a number beyond seq. */
uint64_t output_log_begin(const OutputLog *log);
uint64_t output_log_end(const OutputLog *log);
uint64_t output_log_find(const OutputLog *log, uint64_t seq);

/* The entry at a position between begin and end. It stays where it is until it is dropped. */
OutputEntry output_log_get(const OutputLog *log, uint64_t position);

DEFINE_CLEANUP(OutputLog *, output_log_free);
#define _cleanup_output_log_ _cleanup_(output_log_free_pointer)
