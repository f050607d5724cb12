/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Since when a session's processes have used next to no CPU time.
 *
 * The counter of its scope is looked at whenever somebody asks, and else by idle-sampler.c. What was
 * used is held against what prompts, clocks and event loops use that do nothing: in a minute less than
 * CPU_WATCH_ENOUGH_NSEC, and in a longer window less than CPU_WATCH_SHARE of it. Kernels of ipykernel
 * use 0.1 ms a second with nothing to do, top about 1.2. */

#include <stdbool.h>

#include "manager/model/samples.h"

#define CPU_WATCH_WINDOW_USEC USEC_PER_MINUTE                       /* a window is full */
#define CPU_WATCH_WINDOW_MAX  (15 * USEC_PER_MINUTE)                /* … however long nothing was used */
#define CPU_WATCH_ENOUGH_NSEC (600 * USEC_PER_MSEC * NSEC_PER_USEC) /* 1 % of a CPU in the shortest window */
#define CPU_WATCH_SHARE       400                                   /* 1/400 of a CPU in longer ones */

/* Takes what the scope has used in all, in ns, at a moment of both clocks. Returns whether something
 * changed. */
bool cpu_watch_observe(CpuWatch *w, uint64_t usage, usec_t monotonic, usec_t realtime);

/* When the next look is due, CLOCK_MONOTONIC: the longer nothing was used, the later. So the time of the
 * last use is known to a quarter of the time that has passed since, and what idles for days costs
 * nothing. */
usec_t cpu_watch_due(const CpuWatch *w, usec_t monotonic, usec_t realtime);

/* Nothing is known of it now: looks again after a window. */
void cpu_watch_put_off(CpuWatch *w, usec_t monotonic);
