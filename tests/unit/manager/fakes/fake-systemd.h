/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* systemd on the fake bus, as far as the manager asks it: transient units, jobs, signals to what is in a
 * scope. It has no cgroups; what is in a scope are the processes that it was made around. What is to go
 * wrong is settled here (how jobs end) and in fake-bus.h (which calls are refused or answered late). */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

#define FAKE_UNITS_MAX 64
#define FAKE_PIDS_MAX  8

/* A unit; all of it may be changed by the case. */
typedef struct FakeUnit {
        char name[64]; /* "": there is none */
        char description[128], slice[64];
        char controller[32];      /* "": systemd ends it by itself */
        const char *active_state; /* "active", "deactivating", "inactive", "failed" */
        const char *result;       /* "success", "oom-kill" */
        bool referenced;          /* stays, although it has ended */
        bool frozen;
        uint32_t pids[FAKE_PIDS_MAX];
        size_t n_pids;
        uint64_t active_exit, inactive_enter; /* µs */
        uint64_t cpu_usage_nsec, memory_peak, memory_max, tasks_max;
} FakeUnit;

/* Puts systemd on the bus. on_keeper: is told of each service that is started, with its standard input,
 * which becomes its own; on_end: of each that is stopped. */
void fake_systemd_start(void (*on_keeper)(const char *unit, int fd), void (*on_end)(const char *unit));
/* It leaves the bus, and forgets its units. */
void fake_systemd_end(void);

/* "252.39-1~deb12u1" */
void fake_systemd_set_version(const char *version);
/* Its own cgroup (a constant), which it does not tell by itself: then nobody looks for the cgroups of
 * units. */
void fake_systemd_set_cgroup(const char *path);

/* NULL: there is none. */
FakeUnit *fake_systemd_unit(const char *name);
/* One that was there before the manager. */
FakeUnit *fake_systemd_add(const char *name);

/* The next job of this unit (a constant) ends with this result (a constant), or with NULL never, unless
 * it is ended. */
void fake_systemd_set_job(const char *unit, const char *result);
/* Ends the job of this unit, which waits. */
void fake_systemd_end_job(const char *unit, const char *result);
/* Nothing is in the scope any more, of itself: as if its last process had ended. */
void fake_systemd_empty(const char *unit);

/* systemd is executed anew: jobs that wait are done, and nobody hears of it; what it is asked meanwhile
 * it does not answer; in the end it is back. */
void fake_systemd_go(void);
void fake_systemd_return(void);
/* It loads its units again, and tells so. */
void fake_systemd_reload(void);
