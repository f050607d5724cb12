/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a kernel is doing, by what it publishes. Plain data in, plain data out; it lives in the output log's
 * annex, so that a restarted keeper finds it as it was. */

#include "keeper/jupyter/jupyter-message.h"
#include "shared/time-span.h"

#define KERNEL_REQUESTS_MAX  8 /* carried out at once, that are told apart */
#define KERNEL_LANGUAGE_SIZE 64

typedef enum KernelStatus {
        KERNEL_STATUS_STARTING, /* did not answer yet */
        KERNEL_STATUS_IDLE,
        KERNEL_STATUS_BUSY, /* carries out what somebody asked for */
        KERNEL_STATUS_DEAD,
        _KERNEL_STATUS_MAX,
} KernelStatus;

typedef struct KernelState {
        uint32_t status;
        uint32_t is_ready; /* it answered since its start */
        usec_t since;      /* of the status; CLOCK_REALTIME */
        uint32_t execution_count;
        char language[KERNEL_LANGUAGE_SIZE];
        uint32_t n_requests;
        uint32_t stale;                         /* bit i: requests[i] may have ended while nobody listened */
        uint64_t requests[KERNEL_REQUESTS_MAX]; /* that it is busy with: hashes of their ids */
} KernelState;

const char *kernel_status_to_string(KernelStatus status);

/* Makes sane what an earlier keeper left, however it was left. */
void kernel_state_check(KernelState *s);

/* Each returns whether something changed that is worth telling. */

/* The kernel's process starts. */
bool kernel_state_start(KernelState *s, usec_t now);
/* It published a message. */
bool kernel_state_message(KernelState *s, const JupyterMessage *m, usec_t now);
/* It answered a kernel_info_request with this content. */
bool kernel_state_language(KernelState *s, JsonSpan info);
/* It is ready, and what was stale has ended, as it answers one request after the other. */
bool kernel_state_ready(KernelState *s, usec_t now);
/* Nobody listened for a while. */
void kernel_state_gap(KernelState *s);
/* Its process has ended. */
bool kernel_state_end(KernelState *s, usec_t now);

/* Does a request of this type mean that somebody works with the kernel? It does not if front-ends send it by
 * themselves. */
bool request_is_activity(const char *type);
/* Is a kernel busy that carries it out? Not for what takes no time, such as a completion. */
bool request_is_work(const char *type);
