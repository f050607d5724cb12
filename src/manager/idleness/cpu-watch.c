/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Decides by the counter of a scope whether its processes do something. Pure. */

#include "manager/idleness/cpu-watch.h"
#include "manager/base/cgroup.h"
#include "shared/macros.h"

static uint64_t enough(usec_t elapsed) {
        return MAX(CPU_WATCH_ENOUGH_NSEC, elapsed * NSEC_PER_USEC / CPU_WATCH_SHARE);
}

static void begin_window(CpuWatch *w, uint64_t usage, usec_t monotonic) {
        w->begin = monotonic;
        w->usage = usage;
}

bool cpu_watch_observe(CpuWatch *w, uint64_t usage, usec_t monotonic, usec_t realtime) {
        usec_t elapsed;

        if (usage == USAGE_UNKNOWN)
                return false;
        if (w->begin == 0 || monotonic < w->begin) {
                begin_window(w, usage, monotonic);
                return true;
        }
        if (usage < w->usage) /* another scope, of a kernel that was started again */
                w->usage = 0;
        elapsed = monotonic - w->begin;
        if (usage - w->usage >= enough(elapsed))
                w->last = realtime;
        else if (elapsed < CPU_WATCH_WINDOW_USEC)
                return false;
        begin_window(w, usage, monotonic);
        return true;
}

usec_t cpu_watch_due(const CpuWatch *w, usec_t monotonic, usec_t realtime) {
        usec_t unused = realtime > w->last ? realtime - w->last : 0;
        usec_t window = MAX(unused / 4, CPU_WATCH_WINDOW_USEC);

        if (w->begin == 0 && w->looked == 0)
                return monotonic;
        window = MIN(window, CPU_WATCH_WINDOW_MAX);
        return MAX(w->begin, w->looked) + window;
}
