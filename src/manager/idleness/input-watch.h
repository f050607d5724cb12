/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a kernel waits for somebody to type: input() in a cell.
 *
 * Nothing that it publishes says so: input_request goes to the one client that asked. But ipykernel
 * looks for the answer every 10 ms, all in its main thread, which does nothing else meanwhile: that many
 * waits in a second, with hardly any CPU time, are taken for it. A cell of Python that sleeps for 10 ms
 * again and again looks the same. Other kernels wait in other ways, which cannot be told from work. */

#include <stdbool.h>

#include "manager/model/samples.h"

#define INPUT_WATCH_WINDOW_USEC (2 * USEC_PER_SEC) /* the shortest */

/* Takes what the kernel's main thread waited, and what its scope used, in ns (or USAGE_UNKNOWN), so far,
 * at a moment of both clocks. busy_for: how long it has carried out a cell; a window that began before
 * tells nothing. */
void input_watch_observe(InputWatch *w, uint64_t switches, uint64_t usage, usec_t busy_for, usec_t monotonic,
        usec_t realtime);
