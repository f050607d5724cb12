/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The widgets of a notebook, by the comm messages of its kernel: what a front-end saves of their state, and
 * what Output widgets caught. The state is that of the kernel's last word, as nbclient and front-ends save
 * it; a comm that was closed keeps its state, as outputs may still show it. */

#include "ctl/notebook/cell-outputs.h"

typedef struct NotebookWidget {
        char *id;             /* the comm's */
        json_object *state;   /* an object */
        json_object *buffers; /* an object: the paths in the state, as text, of binary values; NULL: none */
        bool catches;         /* it is an Output widget that was opened */
        char *catches_for;    /* the request that it catches outputs of; NULL: none */
        bool has_outputs;     /* "outputs" of the state is what is in outputs */
        CellOutputs outputs;  /* that it caught */
        TAILQ_ENTRY(NotebookWidget) widgets;
} NotebookWidget;

typedef struct NotebookWidgets {
        TAILQ_HEAD(NotebookWidgetList, NotebookWidget) list;
        void *by_id; /* of tsearch(3) */
} NotebookWidgets;

void notebook_widgets_init(NotebookWidgets *w);
void notebook_widgets_done(NotebookWidgets *w);

/* Takes a comm message into account; what is none, or is not about a state, changes nothing. by_cell: it was
 * sent while a cell ran, and not in answer to a front-end, which has the last word on what it caught.
 * Returns 1 and the widget if it says something about a widget, else 0; -ENOMEM. */
int notebook_widgets_take(NotebookWidgets *w, const KernelOutput *o, bool by_cell, NotebookWidget **ret);

/* Of an Output widget: its state has these outputs from now on. */
int notebook_widget_catch(NotebookWidget *widget, const KernelOutput *o);
void notebook_widget_clear(NotebookWidget *widget, json_object *content);
