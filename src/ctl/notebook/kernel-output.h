/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One thing that a kernel said: a line of what Session.GetOutputs() gives. */

#include "jupyter/json-file.h"
#include "shared/time-span.h"

typedef enum KernelOutputType {
        /* messages of the kernel, named as Jupyter's messaging specification does */
        OUTPUT_EXECUTE_INPUT,
        OUTPUT_STREAM,
        OUTPUT_DISPLAY_DATA,
        OUTPUT_UPDATE_DISPLAY_DATA,
        OUTPUT_EXECUTE_RESULT,
        OUTPUT_ERROR,
        OUTPUT_CLEAR_OUTPUT,
        OUTPUT_COMM_OPEN, /* of widgets */
        OUTPUT_COMM_MSG,
        OUTPUT_COMM_CLOSE,
        /* what the session's keeper says about the kernel and the record of it */
        OUTPUT_SESSION,
        _OUTPUT_MAX,
        _OUTPUT_INVALID = -EINVAL,
} KernelOutputType;

typedef struct KernelOutput {
        KernelOutputType type;
        uint64_t sequence;    /* 0: it has none */
        usec_t time;          /* CLOCK_REALTIME; 0: not told */
        const char *parent;   /* the id of the request that it belongs to; "": none. In the line's object */
        json_object *content; /* an object. In the line's object */
        json_object *line;
} KernelOutput;

/* As Jupyter names the message. */
const char *kernel_output_type_to_string(KernelOutputType type);

/* Reads one line, without its end. The result is to be cleaned up. 1; 0: of a type that this program does
 * not know; -EBADMSG: it is no such line; -ENOMEM. */
int kernel_output_parse(const char *line, size_t size, KernelOutput *ret);
void kernel_output_done(KernelOutput *o);

/* The text under key of an object, which may have NULs in it, and its size; "" if there is none. Stays the
 * object's. */
const char *json_text_of(json_object *object, const char *key, size_t *ret_size);
/* What stands under key, if it is of this type, or NULL. Stays the object's. */
json_object *json_member(json_object *object, const char *key, json_type type);

/* Of OUTPUT_SESSION: what happened ("restarted"), and the sentence or text that tells of it. */
const char *kernel_output_event(const KernelOutput *o);

/* Does another kernel follow, or none? What the process writes while it starts is of no interest to who
 * reads outputs. */
bool kernel_output_is_start_or_end(const KernelOutput *o);

#define _cleanup_kernel_output_ _cleanup_(kernel_output_done)
