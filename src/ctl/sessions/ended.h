/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sessions that ended lately: the answer of ListEnded. */

#include <sys/types.h>

#include "ctl/bus/client.h"

typedef struct EndedSession {
        char *id, *type, *name;
        char *what; /* a notebook's path, a terminal's command; "": not told */
        char *result;
        uid_t uid;
        int32_t exit_status;                /* or the signal's number; -1: unknown */
        uint64_t created, ended;            /* CLOCK_REALTIME */
        uint64_t cpu_nsec;                  /* UINT64_MAX: unknown */
        uint64_t memory_limit, memory_peak; /* UINT64_MAX: none, or unknown */
} EndedSession;

typedef struct EndedSessions {
        EndedSession *sessions; /* the oldest end first */
        size_t n_sessions;
} EndedSessions;

/* Asks the service. Failures are told. */
int ended_sessions_fetch(EndedSessions *e, Client *c);
void ended_sessions_done(EndedSessions *e);

/* Reads the answer. 0 or -errno. */
int ended_sessions_read(EndedSessions *e, sd_bus_message *m);

/* What is known of its memory: "limit 150.0M, peak 149.9M"; "-" if nothing is. */
#define MEMORY_SIZE 128
const char *ended_memory_format(const EndedSession *s, char ret[MEMORY_SIZE]);

#define _cleanup_ended_sessions_ _cleanup_(ended_sessions_done)
