/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What sessions use, as usage.c read it last, and the calls that wait for it to be read. */

#include <systemd/sd-bus.h>

#include "manager/access/charges.h"
#include "manager/base/cgroup.h"
#include "shared/time-span.h"

/* A session's last sample. */
typedef struct Usage {
        uint64_t counters[USAGE_COUNTER_MAX];
        usec_t realtime;  /* of the sample; 0 = never taken */
        usec_t monotonic; /* the same, to tell its age */
        unsigned pending; /* replies awaited; while there are any, it is not asked for again */
} Usage;

/* Since when its processes have used next to no CPU time; see cpu-watch.h. */
typedef struct CpuWatch {
        usec_t begin;   /* of the window that is being watched, CLOCK_MONOTONIC; 0: not yet */
        uint64_t usage; /* at that time, in ns */
        usec_t looked;  /* when nobody asked and it was looked at all the same, CLOCK_MONOTONIC */
        usec_t last;    /* when CPU time was seen to be used last, CLOCK_REALTIME; 0: never */
} CpuWatch;

/* Whether its kernel waits for somebody to type; see input-watch.h. */
typedef struct InputWatch {
        usec_t begin;      /* of the window, CLOCK_MONOTONIC; 0: not yet */
        uint64_t switches; /* of the kernel's main thread at that time */
        uint64_t usage;    /* of CPU time at that time, in ns */
        usec_t since;      /* it waits, CLOCK_REALTIME; 0: it does not, as far as is known */
} InputWatch;

/* The manager's part: which samples are wanted, which calls wait for them. */
typedef struct UsageReader {
        uint64_t *queue; /* session numbers to be asked about, oldest first */
        size_t n_queue;
        uint64_t issued; /* samples ever queued … */
        uint64_t done;   /* … and completed; they complete in order, since systemd answers in order */
        unsigned in_flight;
        bool has_io; /* cgroup v2; otherwise there are no IO counters to be asked for */
        struct UsageParked {
                uint64_t ticket;
                sd_bus_message *call;
                Charge charge;
        } * parked;
        size_t n_parked;
} UsageReader;
