/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes cells as a notebook file: nbformat 4.5. */

#include <stdio.h>

#include "ctl/notebook/notebook-document.h"

typedef struct NotebookMetadata {
        const char *kernel;   /* the kernelspec's name; empty: not known */
        const char *title;    /* its display_name; empty: not known */
        const char *language; /* empty: not known */
} NotebookMetadata;

/* Writes a notebook that is valid whatever the kernel said. 0 or -errno. */
int notebook_write(const NotebookDocument *d, const NotebookMetadata *metadata, FILE *f);
