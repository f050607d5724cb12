/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Kernelspecs: what Jupyter knows about a kernel, from the kernel.json in the kernel's folder. */

#include "keeper/store/failure.h"

#define KERNELSPEC_FILE_MAX (1024U * 1024U)

typedef enum InterruptMode {
        INTERRUPT_SIGNAL,  /* SIGINT to the process group */
        INTERRUPT_MESSAGE, /* interrupt_request on the control channel */
} InterruptMode;

typedef struct KernelSpec {
        char *name;      /* of its folder */
        char *directory; /* absolute */
        char *title;     /* display_name; printable */
        char *language;
        char **arguments;   /* with {templates} */
        char **environment; /* NAME=VALUE, with ${templates} */
        InterruptMode interrupt_mode;
        bool can_ipc; /* known to bind to "ipc" transports */
} KernelSpec;

/* Finds a kernel by name, in any case, in the folders where Jupyter would find it, or by the absolute path
 * of its folder, and reads its kernelspec. Returns as failure.h says. */
int kernelspec_load(const char *name, char *const *environment, KernelSpec *ret, Failure *failure);

/* Reads the text of a kernel.json. Separate from kernelspec_load() for the tests' sake. */
int kernelspec_parse(
        const char *text, size_t size, const char *directory, KernelSpec *ret, Failure *failure);

void kernelspec_done(KernelSpec *k);

#define _cleanup_kernelspec_ _cleanup_(kernelspec_done)
