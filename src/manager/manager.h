/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The manager: everything that the process has, and how it starts, turns and ends. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/admission.h"
#include "manager/access/authorization.h"
#include "manager/access/charges.h"
#include "manager/access/strangers.h"
#include "manager/access/turns.h"
#include "manager/access/usage.h"
#include "manager/base/cgroup.h"
#include "manager/base/config.h"
#include "manager/base/journal.h"
#include "manager/base/types.h"
#include "manager/base/watchdog.h"
#include "manager/keepers/keeper-socket.h"
#include "manager/session/ended-list.h"
#include "manager/session/session-table.h"
#include "manager/systemd/systemd-calls.h"
#include "shared/wire.h"

struct Manager {
        bool user_mode; /* the user's own systemd and session bus, instead of the system's */
        sd_event *event;
        sd_bus *bus;
        Config config;
        char *runtime_dir; /* records and keepers' sockets: /run/compute-sessions, $XDG_RUNTIME_DIR/compute-sessions */
        int runtime_fd;       /* the same, opened */
        uint64_t next_number; /* of the next session */

        SessionTable sessions;
        EndedList ended;
        sd_bus_slot *job_match; /* systemd's JobRemoved, while jobs are expected; see systemd-jobs.c */
        unsigned jobs_expected;
        unsigned references;  /* to scopes; see systemd-references.c */
        unsigned controllers; /* scopes that are ours to stop; see scope-controller.c */
        SystemdCalls systemd_calls;
        Journal journal;
        Watchdog watchdog;
        Admission admission;
        Strangers strangers;
        Turns turns;
        Authorizations authorizations;
        Charges charges;
        Closings closings; /* of keepers' sockets */
        CgroupTree cgroups;
        bool systemd_takes_pidfds; /* of processes that are to be in a scope */
        uint64_t limits_supported; /* those that this system can enforce, 1 << LimitKind */
        UsageReader usage;

        /* Events mark, the loop acts: sessions with something to tell, and the counts as last told. */
        Session *changed;
        sd_event_source *flush;
        unsigned notebooks, terminals; /* announced ones */
        bool counts_changed;

        sd_event_source *idle; /* see idle.c */

        uint8_t *receive_buffer; /* WIRE_MESSAGE_MAX bytes for the message at hand */
};

/* Reads the configuration and makes the loop. -errno; logs. */
int manager_new(bool user_mode, Manager **ret);
Manager *manager_free(Manager *m);
DEFINE_CLEANUP(Manager *, manager_free);

/* Connects, opens the runtime directory, takes up the sessions that are there, and claims the bus name. -errno,
 * of which -ENOTRECOVERABLE says that the next attempt finds the same; logs. */
int manager_start(Manager *m);
/* Runs until told to end. Logs. */
int manager_run(Manager *m);

/* Asks for manager_flush() when the loop comes round. */
void manager_flush_later(Manager *m);

/* Counts a session as announced, or no longer. */
void manager_count(Manager *m, const Session *s, int delta);

/* How many sessions there are against the recommended number. */
bool manager_exceeds_recommended(const Manager *m);

/* A number for a new session, never given before in this boot: it is on disk before it is used. -errno. */
int manager_take_number(Manager *m, uint64_t *ret);
