/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What was read from a stream and not used yet, in a memfd that the next keeper can take up together with
 * the stream. So a keeper that is killed at any moment loses nothing of it and sees nothing twice. Positions
 * count all bytes ever read. */

#include <sys/types.h>

#include "shared/macros.h"

typedef struct StreamBuffer StreamBuffer;

/* max: how much can lie in a row at least. */
int stream_buffer_new(size_t max, StreamBuffer **ret);
/* What an earlier keeper left; fd becomes the buffer's on success. -EBADMSG: it is not one, or of a
 * larger max. */
int stream_buffer_adopt(int fd, size_t max, StreamBuffer **ret);
StreamBuffer *stream_buffer_free(StreamBuffer *b);
/* Leaves the descriptor open, for whoever had it before stream_buffer_adopt(). */
void stream_buffer_release(StreamBuffer *b);
int stream_buffer_fd(const StreamBuffer *b);
/* How much can lie in a row at least. */
size_t stream_buffer_max(const StreamBuffer *b);

/* Reads once from a stream socket or a pipe, which must not block. Returns how many bytes, 0 at the end,
 * -EAGAIN, -errno; -ENOBUFS: max bytes lie there unused. */
ssize_t stream_buffer_read(StreamBuffer *b, int fd);

/* Nothing is expected to come for a while: gives memory back. */
void stream_buffer_rest(StreamBuffer *b);

/* The bytes that were not used yet, in a row, until the next call of anything here. */
const uint8_t *stream_buffer_data(const StreamBuffer *b, size_t *ret_size);

/* Where the first of them is in the stream. */
uint64_t stream_buffer_position(const StreamBuffer *b);

/* n more bytes were used; they may be more than there are: then those that come are skipped. The mark is
 * kept until the next call, for the caller to know where it is. */
void stream_buffer_skip(StreamBuffer *b, uint64_t n, bool mark);
bool stream_buffer_mark(const StreamBuffer *b);

/* Forgets what was not used: the next bytes are of another stream. Positions go on. */
void stream_buffer_clear(StreamBuffer *b);

DEFINE_CLEANUP(StreamBuffer *, stream_buffer_free);
#define _cleanup_stream_buffer_ _cleanup_(stream_buffer_free_pointer)
