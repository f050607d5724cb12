/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything that the manager's process has. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/charges.h"
#include "manager/base/cgroup.h"
#include "manager/base/config.h"
#include "manager/base/journal.h"
#include "manager/base/types.h"
#include "manager/base/watchdog.h"
#include "manager/keepers/keeper-socket.h"
#include "manager/model/calls.h"
#include "manager/model/lists.h"
#include "manager/model/samples.h"
#include "manager/model/session-state.h"
#include "manager/model/systemd.h"

struct Manager {
        bool user_mode; /* the user's own systemd and session bus, instead of the system's */
        sd_event *event;
        sd_bus *bus;
        Config config;
        /* Records and keepers' sockets: /run/compute-sessions, $XDG_RUNTIME_DIR/compute-sessions. */
        char *runtime_dir;
        int runtime_fd;       /* the same, opened */
        uint64_t next_number; /* of the next session */

        /* The engine (session-engine.c): what follows from an event. A session is here what it was when the
         * event came up. */
        void (*handle_event)(Session *s, SessionEvent event);

        SessionTable sessions;
        EndedList ended;
        unsigned references;  /* to scopes; see systemd-references.c */
        unsigned controllers; /* scopes that are ours to stop; see scope-controller.c */
        SystemdCalls systemd_calls;
        SystemdJobs systemd_jobs;
        KeptUsers kept_users;
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
        sd_event_source *idle_sampler; /* see idle-sampler.c */

        /* Events mark, the loop acts: sessions with something to tell, and the counts as last told. */
        Session *changed;
        sd_event_source *flush;
        struct {
                unsigned notebooks, terminals; /* announced ones */
                bool changed;
        } counts;

        sd_event_source *idle; /* see idle.c */

        uint8_t *receive_buffer; /* WIRE_MESSAGE_MAX bytes for the message at hand */
};
