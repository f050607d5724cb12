/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The descriptors that systemd keeps for us while we are dead (FDSTORE= of sd_notify(3)). Without systemd,
 * in tests, there is no store: putting succeeds and nothing is kept. */

#include "shared/macros.h"

typedef enum StoredDescriptor {
        STORED_LISTEN,         /* the listening socket */
        STORED_STATE,          /* memfd of state-record.h */
        STORED_ACTIVITY,       /* memfd of activity.h */
        STORED_PTY,            /* the terminal's master */
        STORED_LEADER,         /* pidfd of the payload */
        STORED_RING,           /* memfd of ring.h */
        STORED_CHECKPOINT,     /* memfd of checkpoint.h */
        STORED_OUTPUTS,        /* memfd of output-log.h */
        STORED_IOPUB,          /* connection through which the kernel publishes */
        STORED_IOPUB_BUFFER,   /* memfd of stream-buffer.h: what came through it */
        STORED_PROCESS_OUT,    /* pipe: what the kernel's process prints */
        STORED_PROCESS_IN,     /* its other end */
        STORED_PROCESS_BUFFER, /* memfd of stream-buffer.h: what came through it */
        STORED_START,          /* memfd of start-record.h */
        _STORED_MAX,
} StoredDescriptor;

typedef struct DescriptorStore {
        int fds[_STORED_MAX]; /* -EBADF = it was not there */
} DescriptorStore;

#define DESCRIPTOR_STORE_NULL ((DescriptorStore){ .fds = { [0 ... _STORED_MAX - 1] = -EBADF } })

/* Takes what systemd kept, close-on-exec; unknown descriptors are closed. The caller's. To be called
 * once. */
int descriptor_store_take(DescriptorStore *ret);
void descriptor_store_done(DescriptorStore *s);

/* fd stays the caller's. Once this returns, a kill -9 cannot lose the descriptor any more: systemd handles
 * its notification socket before it handles our death. */
int descriptor_store_put(StoredDescriptor which, int fd);
int descriptor_store_remove(StoredDescriptor which);
