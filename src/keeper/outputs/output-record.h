/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is recorded in the output log, as lines of JSON:
 *
 *      {"seq":12,"time":1700000000123456,"type":"stream","parent":"<msg_id>","content":{…}}
 *
 * and, if the message came with binary values, "buffers":["<base64>", …]. time is in µs, CLOCK_REALTIME.
 * type is that of Jupyter's message, with its content as it came, but for white space that would make
 * several lines of it; or "session" for what the keeper itself has to say. */

#include "keeper/jupyter/jupyter-message.h"
#include "keeper/outputs/output-log.h"

/* What the keeper says: content is {"event": …, "text": …, "entries": n, "bytes": n}, and of started,
 * restarted and ended "kernel": …, "display_name": …, "language": …. */
typedef enum OutputEvent {
        OUTPUT_EVENT_STARTED,     /* the kernel answered */
        OUTPUT_EVENT_RESTARTED,   /* the same, after a restart; entries: how many restarts there were */
        OUTPUT_EVENT_ENDED,       /* its process ended */
        OUTPUT_EVENT_INTERRUPTED, /* somebody interrupted it */
        OUTPUT_EVENT_DROPPED,     /* entries: so many older ones were dropped */
        OUTPUT_EVENT_PURGED,      /* entries: so many older ones were forgotten, as somebody asked for it */
        OUTPUT_EVENT_OMITTED,     /* bytes: one message of this size was too large; or nobody could listen */
        OUTPUT_EVENT_INVALID,     /* a message that is none was ignored; entries: so many in a row */
        OUTPUT_EVENT_PROCESS,     /* text: what the process wrote to its stdout and stderr */
        _OUTPUT_EVENT_MAX,
} OutputEvent;

/* What a notebook that is made of the log says of its kernel. */
typedef struct OutputKernel {
        const char *name, *title; /* the kernelspec's name and display_name; NULL or "": not said */
        const char *language;
} OutputKernel;

typedef struct OutputNotice {
        OutputEvent event;
        const char *text; /* of size bytes; what is not UTF-8 in it is replaced */
        size_t size;
        uint64_t entries, bytes;    /* 0: not said */
        const OutputKernel *kernel; /* NULL: not said */
        OutputOrigin origin;
        uint64_t position;
} OutputNotice;

/* Is a message of this type recorded? */
bool output_is_recorded(const char *type);

/* Of the text of a stream that is too long for one entry, its newest part that is not; a notice before it
 * tells how much is missing. What else is too large is not kept at all: half of a picture, or of another
 * document, is none. Returns as output_log_append() does. */
int output_record_message(OutputLog *log, const JupyterMessage *m, uint64_t position);
int output_record_notice(OutputLog *log, const OutputNotice *notice);

/* Is this text, a line for instance, within one of the newest entries, as far as some hundred kB of them
 * reach? */
bool output_record_has_text(const OutputLog *log, const char *text, size_t size);

/* The lines that tell of the entries between the numbers after and first, which are not in the log:
 * those that were purged, and those that were dropped, with the sentence that says why. The caller's.
 * -ENOMEM. */
int output_gap_format(const OutputLog *log, uint64_t after, uint64_t first, const char *dropped, char **ret,
        size_t *ret_size);

/* The line of a notice that is not in the log, with the number seq; the caller's. -ENOMEM. */
int output_notice_format(const OutputNotice *notice, uint64_t seq, char **ret, size_t *ret_size);
