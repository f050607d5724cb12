/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A running kernel, as its keeper sees it: what it publishes is recorded and followed; and it can be asked
 * whether it is ready, and told to interrupt what it does or to end. */

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "keeper/jupyter/connection-info.h"
#include "keeper/jupyter/stream-buffer.h"
#include "keeper/kernel/kernel-state.h"
#include "keeper/outputs/output-log.h"

typedef struct Kernel Kernel;

typedef struct KernelHandlers {
        /* What it publishes comes through this descriptor; -EBADF: through none any more. */
        void (*connected)(void *userdata, int fd);
        /* It answered for the first time since its start. */
        void (*ready)(void *userdata);
        /* Its state changed. */
        void (*changed)(void *userdata);
        /* There are new entries in the log. */
        void (*recorded)(void *userdata);
        /* Somebody works with it. */
        void (*input)(void *userdata);
        void (*output)(void *userdata);
} KernelHandlers;

/* The buffer for what it publishes, which is to outlive the keeper. */
int kernel_buffer_new(StreamBuffer **ret);
int kernel_buffer_adopt(int fd, StreamBuffer **ret);

/* Follows the kernel. info is emptied; buffer, log and state stay the caller's. fd: the descriptor that an
 * earlier keeper was told by connected, which becomes the kernel's, also on failure; or -EBADF. */
int kernel_new(sd_event *event, ConnectionInfo *info, StreamBuffer *buffer, OutputLog *log,
        KernelState *state, int fd, const KernelHandlers *handlers, void *userdata, Kernel **ret);
Kernel *kernel_free(Kernel *k);

/* Sends interrupt_request or shutdown_request on the control channel, once it can. */
int kernel_interrupt(Kernel *k);
int kernel_shutdown(Kernel *k, bool restart);

/* The process that publishes; 0: not known, as over tcp. */
pid_t kernel_process(const Kernel *k);

/* Takes what it published so far, now instead of later in the loop. */
void kernel_hear(Kernel *k);

/* The same of a kernel that has ended, or is given up: all that it wrote, not what others write
 * meanwhile. */
void kernel_drain(Kernel *k);

DEFINE_CLEANUP(Kernel *, kernel_free);
#define _cleanup_kernel_ _cleanup_(kernel_free_pointer)
