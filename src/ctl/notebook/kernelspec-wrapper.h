/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Kernelspecs that run another kernelspec's command through "computectl run", so that any front-end's kernel
 * becomes a session. The kernel is what the front-end started, with the same PID: its signals, input and end
 * are as before.
 *
 * What we make is marked in the kernelspec's metadata: {"compute_sessions": {"wraps": FOLDER OF THE
 * ORIGINAL}}. */

#include "ctl/notebook/kernelspecs.h"

typedef struct WrapperOptions {
        const char *program;     /* computectl, by its absolute path */
        bool user;               /* sessions of the user's own service */
        const char *environment; /* the active Python environment, or NULL */
} WrapperOptions;

/* The kernelspec that wraps this one. The caller's. -EBADMSG: the original has no usable "argv". */
int wrapper_make(const FoundKernelspec *original, const WrapperOptions *options, json_object **ret);

/* The folder of the kernelspec that this one wraps; NULL: it was not made by us. Stays the object's. */
const char *wrapper_original(json_object *spec);

/* Puts it into the folder, which is made, with links to the original's other files (logos). 1: written; 0:
 * it was there like this; -EEXIST: there is one that is not ours; -errno. */
int wrapper_write(const char *directory, json_object *spec);

/* Removes what wrapper_write() made. 0; -EPERM: it is not ours; -ENOTEMPTY: other files are left in the
 * folder; -errno. */
int wrapper_remove(const char *directory);
