/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A row of outputs as a front-end has them: those of a cell, or those that an Output widget caught. */

#include <sys/queue.h>

#include "ctl/notebook/kernel-output.h"

typedef struct DisplayId DisplayId;

/* One output: a stream with its text, or the content of a message. */
typedef struct CellOutput {
        KernelOutputType type; /* OUTPUT_STREAM, _DISPLAY_DATA, _EXECUTE_RESULT or _ERROR */
        bool is_stderr;        /* of streams */
        char *text;            /* of streams; may have NULs in it */
        size_t size, allocated;
        json_object *content;              /* of the others */
        json_object *count;                /* of results: the number of the prompt, or NULL */
        DisplayId *display;                /* NULL: nothing can change it */
        TAILQ_ENTRY(CellOutput) outputs;   /* CellOutputs' */
        LIST_ENTRY(CellOutput) of_display; /* DisplayId's */
} CellOutput;

/* All outputs that are displayed under one id: they change together. */
struct DisplayId {
        char *id;
        LIST_HEAD(, CellOutput) outputs;
};

typedef struct CellOutputs {
        TAILQ_HEAD(CellOutputList, CellOutput) list;
        bool clear_at_next; /* the next output replaces all that there are */
} CellOutputs;

void cell_outputs_init(CellOutputs *o);

/* Removes and frees all of them; also what was to be cleared at the next one. */
void cell_outputs_clear(CellOutputs *o);

/* Takes clear_output into account: its content says whether to wait for the next output. */
void cell_outputs_clear_by(CellOutputs *o, json_object *content);

/* Appends text of a stream, to the newest output if that is the same stream. 0 or -ENOMEM. */
int cell_outputs_add_text(CellOutputs *o, bool is_stderr, const char *text, size_t size);

/* Appends an output with the content of a message, of which it takes a reference. NULL if out of memory. */
CellOutput *cell_outputs_add_content(CellOutputs *o, KernelOutputType type, json_object *content);

/* The same with a message of the kernel: a stream, a display, a result or an error. 0 or -ENOMEM. */
int cell_outputs_add(CellOutputs *o, const KernelOutput *output);

/* Replaces what an output shows; its prompt stays. */
void cell_output_set_content(CellOutput *output, json_object *content);
