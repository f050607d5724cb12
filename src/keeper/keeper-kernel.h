/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a notebook session has besides its payload: the kernel as it is spoken to, the log of its outputs and
 * those who read it, what its process prints. */

#include "keeper/keeper-data.h"
#include "keeper/launch/kernelspec.h"
#include "keeper/launch/start-request.h"
#include "keeper/store/descriptor-store.h"

/* What survives with the log, in its annex. */
struct KernelRecord {
        KernelState state;
        usec_t start_timeout;
        uint32_t interrupt_mode;
        uint32_t is_watched;
        uint32_t restarts;
        int32_t leader;    /* of one that is watched; 0 = unknown */
        uint32_t captures; /* the kernel publishes what its process prints, and prints it to us besides */
        uint32_t is_told_to_end; /* by us */
};

static_assert(sizeof(struct KernelRecord) <= OUTPUT_LOG_ANNEX_SIZE, "it must fit into the log's annex");

/* Makes log, pipe and buffers for a session that starts, where the next keeper finds them. message:
 * START. */
int keeper_make_kernel(Keeper *k, const StartRequest *request, const WireMessage *message);

/* Notes what is needed to start it again; how it is to be interrupted. */
int keeper_prepare_kernel(Keeper *k, InterruptMode mode);

/* The same for one that starts again: the connection file is as it was. -ENODATA: there is nothing to start
 * again. */
int keeper_prepare_kernel_again(Keeper *k, InterruptMode mode, uint32_t restarts);

/* Takes up what an earlier keeper left. What is not there is made anew. */
int keeper_take_kernel(Keeper *k, DescriptorStore *store);

/* The payload executes its program: connects to the kernel, and waits until it answers. */
int keeper_follow_kernel(Keeper *k);

/* The kernel of somebody else is to be followed, by its connection file; leader: its process, 0 if it is not
 * known. */
int keeper_watch_kernel(Keeper *k, uint64_t log_size, pid_t leader, Failure *failure);

/* Is it a kernel of somebody else that is followed? */
bool keeper_is_watching(const Keeper *k);

/* Is what was recorded of a kernel that ran, before the one that starts now? */
bool keeper_has_run_kernel(const Keeper *k);

/* Has the kernel yet to answer for the first time? */
bool keeper_awaits_kernel(const Keeper *k);

/* The payload ended, as wait(2) says: takes the last of what it said, and lets go of the connection. */
void keeper_end_kernel(Keeper *k, int code, int status);

/* Sets failure to why the kernel, whose process ended, did not get ready: what it said at last. */
void keeper_describe_dead_kernel(const Keeper *k, int code, int status, Failure *failure);

/* Nothing is left, in memory and in the store. */
void keeper_forget_kernel(Keeper *k);
/* Frees the memory. */
void keeper_free_kernel(Keeper *k);

/* Tells what is told of it, though no more than some times a second. */
void keeper_tell_kernel(Keeper *k);

/* What is told of it. */
void keeper_put_kernel(const Keeper *k, WireWriter *w);

/* Requests. They return as failure.h says. */
int keeper_interrupt(Keeper *k, Failure *failure);
int keeper_shut_down(Keeper *k, bool restart, Failure *failure);
