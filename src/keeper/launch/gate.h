/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A process that is forked now and executes its program later, when the gate is opened. */

#include <sys/types.h>

#include "shared/macros.h"
#include "shared/wire.h"

/* What the payload was doing when it failed. */
typedef enum GateStep {
        GATE_STEP_TERMINAL,
        GATE_STEP_ANNOUNCE,
        GATE_STEP_DIRECTORY,
        GATE_STEP_EXECUTE,
        _GATE_STEP_MAX,
} GateStep;

/* What is to be executed. Everything is the caller's, and is looked at in gate_fork() only. */
typedef struct GatePlan {
        const char *path;
        char *const *arguments;
        char *const *environment;
        const char *directory;
        int terminal;   /* PTY master: becomes stdio and controlling terminal; or -EBADF */
        int output;     /* without a terminal: becomes stdout and stderr; or -EBADF: they are the keeper's */
        int connection; /* where the announcement is sent, by the payload itself; or -EBADF */
        const WireWriter *announcement;
} GatePlan;

typedef struct Gate {
        int gate_fd;  /* closing it gives the payload up: it exits */
        int error_fd; /* readable when the program was executed, or could not be; does not block */
} Gate;

#define GATE_NULL                                     \
        (Gate) {                                      \
                .gate_fd = -EBADF, .error_fd = -EBADF \
        }

/* Forks the payload, which waits. It leads a session of its own. pidfd and gate are the caller's. 0 or
 * -errno. */
int gate_fork(const GatePlan *plan, Gate *ret_gate, pid_t *ret_pid, int *ret_pidfd);

/* Lets the payload send the announcement, and wait on. */
int gate_announce(Gate *g);

/* Lets the payload execute its program. */
int gate_open(Gate *g);

/* What came of it. 0: error_fd has ended, so the program was executed, if the gate was open and the payload
 * lived. 1: a step failed with *ret_error, a positive errno. -EAGAIN: nothing yet. */
int gate_result(Gate *g, GateStep *ret_step, int *ret_error);

void gate_done(Gate *g);
