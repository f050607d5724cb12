/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a kernel's process writes to its stdout and stderr, which are a pipe. Both its ends can be kept while
 * the keeper is dead, so that the process never sees it closed. */

#include <systemd/sd-event.h>

#include "keeper/jupyter/stream-buffer.h"

#define PROCESS_OUTPUT_LAST_LINES 50U
#define PROCESS_OUTPUT_LAST_MAX   8192U

typedef struct ProcessOutput ProcessOutput;

/* Some whole lines, or a long part of one; position: where that ends in the stream. */
typedef void (*ProcessOutputHandler)(void *userdata, const char *text, size_t size, uint64_t position);

/* Makes the pipe. */
int process_output_new(sd_event *event, ProcessOutputHandler handler, void *userdata, ProcessOutput **ret);
/* Takes up what an earlier keeper left. The descriptors become the output's on success. */
int process_output_adopt(sd_event *event, int read_fd, int write_fd, int buffer_fd,
        ProcessOutputHandler handler, void *userdata, ProcessOutput **ret);
ProcessOutput *process_output_free(ProcessOutput *o);

int process_output_read_fd(const ProcessOutput *o);
int process_output_write_fd(const ProcessOutput *o); /* for the process */
int process_output_buffer_fd(const ProcessOutput *o);

/* The process has ended, or is given up: hands over all that is there, not what others print meanwhile. */
void process_output_flush(ProcessOutput *o);

/* The last lines, at most PROCESS_OUTPUT_LAST_MAX bytes; *ret_size may be NULL. The output's. */
const char *process_output_last(const ProcessOutput *o, size_t *ret_size);

/* Does what comes from now on go to the journal, too? It does at first. Others may read the journal, so what
 * a kernel's process prints is not for it once it is a user's work and not a start that may fail. */
void process_output_set_journal(ProcessOutput *o, bool is_told);
/* Tells the journal the last lines of what it was not told, PROCESS_OUTPUT_LAST_LINES at most. */
void process_output_tell_last(const ProcessOutput *o);

/* Forgets the last lines, and hands over what is there now before. */
void process_output_forget(ProcessOutput *o);

/* Is the stdout or stderr of this process our pipe? 1 or 0; -errno: that cannot be seen. */
int process_output_is_of(const ProcessOutput *o, pid_t pid);

DEFINE_CLEANUP(ProcessOutput *, process_output_free);
#define _cleanup_process_output_ _cleanup_(process_output_free_pointer)
