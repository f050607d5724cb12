/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sessions that there are, and those that ended lately. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "manager/base/types.h"
#include "shared/ids.h"
#include "shared/session-types.h"
#include "shared/time-span.h"

typedef struct SessionTable {
        Session **items;
        size_t n;
} SessionTable;

typedef struct EndedSession {
        char id[SESSION_ID_MAX];
        uid_t uid;
        char *name;
        char *what; /* the notebook's path; the command line of a terminal, which is its owner's secret */
        SessionResult result;
        int exit_status;       /* as Session::end.exit_status */
        usec_t created, ended; /* CLOCK_REALTIME */
        /* UINT64_MAX: unknown, or no limit */
        uint64_t cpu_usage_nsec, memory_limit, memory_peak;
        bool unrecorded; /* as Session::unrecorded */
} EndedSession;

typedef struct EndedList {
        EndedSession *items; /* in the order of their ends */
        size_t n;
        size_t n_lines; /* in the file */
} EndedList;
