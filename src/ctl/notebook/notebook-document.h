/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a kernel said, as the cells of a notebook: pure, outputs in, cells out.
 *
 * Each request that ran code is a cell, in the order in which they ran. What is said for it goes into its
 * outputs as a front-end would have them: pieces of a stream are joined, clear_output empties the cell,
 * update_display_data changes what is displayed already. What belongs to no cell that is known (the record
 * is bounded, and the oldest is dropped) makes one without source. What Output widgets catch is theirs and
 * not the cell's. What happened to the session itself is told by cells of text. */

#include <sys/queue.h>

#include "ctl/notebook/notebook-widgets.h"

/* A widget that catches what is put out for a request. */
typedef struct OutputCatcher {
        NotebookWidget *widget;
        LIST_ENTRY(OutputCatcher) catchers; /* NotebookCell's, the newest first */
} OutputCatcher;

typedef struct NotebookCell {
        bool is_end;        /* text that tells of the kernel's end */
        bool is_text;       /* text for the reader, not code */
        char *parent;       /* the request's id; "": none */
        usec_t time;        /* when it began to run; 0: not known */
        json_object *input; /* the content of execute_input; NULL: not known, or text */
        char *text;         /* of cells of text */
        CellOutputs outputs;
        LIST_HEAD(, OutputCatcher) catchers; /* Output widgets that are entered */
        TAILQ_ENTRY(NotebookCell) cells;
} NotebookCell;

typedef struct NotebookDocument {
        TAILQ_HEAD(NotebookCells, NotebookCell) cells;
        NotebookCell *last; /* the newest of code; NULL: none */
        bool runs;          /* the kernel said something since it started */
        void *by_parent;    /* of tsearch(3): the cells of code that have a parent */
        void *displays;     /* of tsearch(3): DisplayId */
        NotebookWidgets widgets;
        char *kernel, *title, *language; /* the kernelspec's name and display_name; NULL: not said */
} NotebookDocument;

void notebook_document_init(NotebookDocument *d);
void notebook_document_done(NotebookDocument *d);

/* Takes what the kernel said into account. Takes no ownership of it. 0 or -ENOMEM. */
int notebook_document_add(NotebookDocument *d, const KernelOutput *o);

#define _cleanup_notebook_document_ _cleanup_(notebook_document_done)
