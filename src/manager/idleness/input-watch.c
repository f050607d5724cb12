/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Decides by how often a kernel waits whether it waits for input. Pure. */

#include "manager/idleness/input-watch.h"
#include "manager/base/cgroup.h"
#include "shared/macros.h"

/* In a second: one every 10 ms, fewer on a slow machine, where each look takes its time. */
#define SWITCHES_MIN 50
#define SWITCHES_MAX 102
#define CPU_SHARE    4 /* at most 1/4 of a CPU, on a slow machine */

static bool looks_like_input(uint64_t switches, uint64_t used, usec_t elapsed) {
        return switches >= SWITCHES_MIN * elapsed / USEC_PER_SEC &&
                switches <= SWITCHES_MAX * elapsed / USEC_PER_SEC &&
                used <= elapsed * NSEC_PER_USEC / CPU_SHARE;
}

void input_watch_observe(InputWatch *w, uint64_t switches, uint64_t usage, usec_t busy_for, usec_t monotonic,
        usec_t realtime) {
        usec_t elapsed = monotonic > w->begin ? monotonic - w->begin : 0;

        if (w->begin == 0 || elapsed > busy_for || switches < w->switches || usage < w->usage)
                w->since = 0;
        else if (elapsed < INPUT_WATCH_WINDOW_USEC)
                return;
        else if (!looks_like_input(switches - w->switches, usage - w->usage, elapsed))
                w->since = 0;
        else if (w->since == 0)
                w->since = realtime - MIN(elapsed, realtime);
        *w = (InputWatch){ .begin = monotonic, .switches = switches, .usage = usage, .since = w->since };
}
