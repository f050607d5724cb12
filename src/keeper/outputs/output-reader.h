/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Those who read the outputs: each a stream socket that entries are written to when it can take them,
 * straight from the log. However slow a reader is, it costs no memory: what is dropped before it gets there,
 * it is told of. */

#include <systemd/sd-event.h>

#include "keeper/outputs/output-log.h"

#define OUTPUT_READERS_MAX 16U

typedef struct OutputReaders OutputReaders;

/* The log must live as long. caught_up is called when the last of those who had to read something has read
 * all. */
int output_readers_new(sd_event *event, OutputLog *log, void (*caught_up)(void *userdata), void *userdata,
        OutputReaders **ret);
/* Ends all streams. */
OutputReaders *output_readers_free(OutputReaders *readers);

/* Writes the entries with numbers beyond since, then ends the stream or, to follow, goes on with what comes.
 * fd: a connected SOCK_STREAM socket, which becomes the readers' on success. -ENOTSOCK, -EPROTOTYPE: it is
 * not one; -EUSERS: there are OUTPUT_READERS_MAX. */
int output_readers_add(OutputReaders *readers, int fd, uint64_t since, bool follow);

/* There are new entries. */
void output_readers_wake(OutputReaders *readers);

/* Is somebody still reading? */
bool output_readers_are_behind(const OutputReaders *readers);

DEFINE_CLEANUP(OutputReaders *, output_readers_free);
#define _cleanup_output_readers_ _cleanup_(output_readers_free_pointer)
