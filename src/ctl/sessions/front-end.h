/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who started a kernel that is a registered session (computectl run): a Jupyter server, say, which starts it
 * again when it ends by itself. jupyter_client's LocalProvisioner tells the kernel its own PID as
 * JPY_PARENT_PID; a process that is also the kernel's parent is the one that waits for its end. */

#include <stdint.h>
#include <sys/types.h>

#include "shared/macros.h"

typedef struct FrontEnd {
        char *name; /* "jupyter-server", "ipykernel_launcher"; printable */
        pid_t pid;
        int fd; /* pidfd */
} FrontEnd;

#define FRONT_END_NULL \
        { .fd = -EBADF }

/* The front-end of the kernel that is this process. 1 if there is one, 0 if not, or if we may not know. */
int front_end_find(pid_t kernel, FrontEnd *ret);
void front_end_done(FrontEnd *f);

/* What people call a program with this command line (argv, each with its NUL; size bytes): that of a script
 * or module, not of its interpreter. The caller's; NULL: no memory. Pure. */
char *front_end_name(const char *command_line, size_t size);
