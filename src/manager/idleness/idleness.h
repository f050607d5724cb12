/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a session is idle, since when, and why: the one answer that list, status, stop --unused and
 * every front go by.
 *
 * A session does something while its kernel carries out a cell, for a minute after its processes used
 * CPU time (all of them, children included), and for a minute after something was typed, sent or
 * printed. Otherwise it has been idle since the last of these. A front-end's own questions (kernel_info,
 * completions) are nothing. A kernel that is busy is idle all the same if it waits for input, as far as
 * that can be known, or if it has used next to no CPU time for BusyWithoutCPUSec=. What is frozen is
 * idle. */

#include <stdbool.h>

#include "manager/base/types.h"
#include "shared/time-span.h"

#define IDLENESS_GRACE_USEC USEC_PER_MINUTE /* so long after it did something a session is not idle yet */

/* The words of IdleReason. */
typedef enum IdleReason {
        /* not idle */
        IDLE_REASON_CHANGING, /* it starts, restarts or ends */
        IDLE_REASON_BUSY,     /* its kernel carries out a cell */
        IDLE_REASON_CPU,      /* its processes use CPU time */
        IDLE_REASON_INPUT,    /* somebody typed, or sent a request */
        IDLE_REASON_OUTPUT,   /* it printed */
        IDLE_REASON_NEW,      /* it was started just now */
        /* idle */
        IDLE_REASON_NO_ACTIVITY,
        IDLE_REASON_BUSY_WITHOUT_CPU,
        IDLE_REASON_WAITING_FOR_INPUT,
        IDLE_REASON_FROZEN,
        _IDLE_REASON_MAX,
} IdleReason;

const char *idle_reason_to_string(IdleReason reason);

/* What is known of a session. Times are CLOCK_REALTIME; 0: never. */
typedef struct IdleFacts {
        usec_t now;
        usec_t created;
        bool running; /* neither started nor ended just now */
        bool frozen;
        usec_t last_input;  /* typed, or sent to the kernel */
        usec_t last_output; /* printed, or published */
        bool cpu_known;     /* last_cpu says something */
        usec_t last_cpu;    /* when its processes used CPU time last */
        bool kernel_busy;
        usec_t kernel_since;     /* it is busy, or not; 0: there is no kernel, or nobody follows it */
        usec_t input_since;      /* it waits for somebody to type; 0: it does not, as far as is known */
        usec_t busy_without_cpu; /* how long it may be busy without CPU time; USEC_INFINITY: for ever */
} IdleFacts;

typedef struct Idleness {
        usec_t since;         /* 0: it is not idle */
        usec_t last_activity; /* now, while a cell is carried out */
        IdleReason reason;
} Idleness;

/* Pure. */
Idleness idleness_judge(const IdleFacts *facts);

/* Looks at the counters that were read of the session last (usage.h). */
void idleness_observe(Session *s);

/* The same, and judges. */
Idleness idleness_of(Session *s);
