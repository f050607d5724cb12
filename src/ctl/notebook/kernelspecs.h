/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The kernelspecs that Jupyter would find. */

#include "jupyter/json-file.h"

#define KERNELSPEC_FILE_MAX (1024U * 1024U)

typedef struct FoundKernelspec {
        char *name;
        char *directory;   /* absolute */
        json_object *spec; /* an object; NULL: it cannot be read */
        bool shadowed;     /* Jupyter takes another of this name */
} FoundKernelspec;

typedef struct FoundKernelspecs {
        FoundKernelspec *found; /* in the order in which Jupyter looks; within a folder by name */
        size_t n_found;
} FoundKernelspecs;

/* Looks into these folders, the most important first. Folders that cannot be read have none. 0 or
 * -ENOMEM. */
int kernelspecs_find(char *const *directories, FoundKernelspecs *ret);
void kernelspecs_done(FoundKernelspecs *k);

/* May a kernelspec have this name? Jupyter's rule. */
bool kernelspec_name_is_valid(const char *name);

#define _cleanup_kernelspecs_ _cleanup_(kernelspecs_done)
