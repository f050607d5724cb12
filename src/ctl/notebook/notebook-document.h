/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a kernel said, as the cells of a notebook: pure, outputs in, cells out.
 *
 * Each request that ran code is a cell, in the order in which they ran. What is said for it goes into its outputs as a
 * front-end would have them: pieces of a stream are joined, clear_output empties the cell, update_display_data changes
 * what is displayed already. What belongs to no cell that is known (the record is bounded, and the oldest is dropped)
 * makes one without source. What happened to the session itself is told by cells of text. */

#include <sys/queue.h>

#include "ctl/notebook/kernel-output.h"

typedef struct DisplayId DisplayId;

/* One output of a cell: a stream with its text, or the content of a message. */
typedef struct CellOutput {
        KernelOutputType type; /* OUTPUT_STREAM, _DISPLAY_DATA, _EXECUTE_RESULT or _ERROR */
        bool is_stderr;        /* of streams */
        char *text;            /* of streams; may have NULs in it */
        size_t size, allocated;
        json_object *content;              /* of the others */
        json_object *count;                /* of results: the number of the prompt, or NULL */
        DisplayId *display;                /* NULL: nothing can change it */
        TAILQ_ENTRY(CellOutput) outputs;   /* NotebookCell's */
        LIST_ENTRY(CellOutput) of_display; /* DisplayId's */
} CellOutput;

typedef struct NotebookCell {
        bool is_end;        /* text that tells of the kernel's end */
        bool is_text;       /* text for the reader, not code */
        char *parent;       /* the request's id; "": none */
        usec_t time;        /* when it began to run; 0: not known */
        json_object *input; /* the content of execute_input; NULL: not known, or text */
        char *text;         /* of cells of text */
        bool clear_at_next; /* the next output replaces all that there are */
        TAILQ_HEAD(CellOutputs, CellOutput) outputs;
        TAILQ_ENTRY(NotebookCell) cells;
} NotebookCell;

typedef struct NotebookDocument {
        TAILQ_HEAD(NotebookCells, NotebookCell) cells;
        NotebookCell *last;              /* the newest of code; NULL: none */
        bool runs;                       /* the kernel said something since it started */
        void *by_parent;                 /* of tsearch(3): the cells of code that have a parent */
        void *displays;                  /* of tsearch(3): DisplayId */
        char *kernel, *title, *language; /* the kernelspec's name and display_name; NULL: not said */
} NotebookDocument;

void notebook_document_init(NotebookDocument *d);
void notebook_document_done(NotebookDocument *d);

/* Takes what the kernel said into account. Takes no ownership of it. 0 or -ENOMEM. */
int notebook_document_add(NotebookDocument *d, const KernelOutput *o);

#define _cleanup_notebook_document_ _cleanup_(notebook_document_done)
