/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One session: what is known of it. What happens to it is session-engine.c's, how it is shown
 * session-bus.c's. */

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "manager/base/types.h"
#include "manager/model/event-queue.h"
#include "manager/model/memory.h"
#include "manager/model/requests.h"
#include "manager/model/samples.h"
#include "manager/model/scope.h"
#include "manager/model/session-state.h"
#include "manager/model/waiters.h"
#include "shared/ids.h"
#include "shared/limit.h"
#include "shared/time-span.h"

#define CRASHES_MAX 3 /* within CRASHES_USEC: one more ends the session */

/* What changed since the last flush and is to be told on the bus; see session-bus.c. */
typedef enum SessionChange {
        CHANGE_STATE = 1 << 0,
        CHANGE_SIZE = 1 << 1,
        CHANGE_CLIENTS = 1 << 2,
        CHANGE_RESULT = 1 << 3,
        CHANGE_NAME = 1 << 4,
        CHANGE_TITLE = 1 << 5,
        CHANGE_FOREGROUND = 1 << 6,
        CHANGE_NEW = 1 << 7,     /* announce it */
        CHANGE_REMOVED = 1 << 8, /* say goodbye and free it */
        CHANGE_LEADER = 1 << 9,  /* and the count of restarts */
        CHANGE_NOTEBOOK = 1 << 10,
        CHANGE_KERNEL_STATE = 1 << 11,
        CHANGE_EXECUTION = 1 << 12,
        CHANGE_LANGUAGE = 1 << 13,
        CHANGE_REVIVED = 1 << 14, /* answer who waits for the restart */
        CHANGE_FREEZER = 1 << 15,
        CHANGE_LIMITS = 1 << 16, /* Session::limits.changed says which */
        CHANGE_MEMORY = 1 << 17, /* its level */
        CHANGE_OOM = 1 << 18,
} SessionChange;

struct Session {
        Manager *manager;

        /* identity, constant */
        SessionType type;
        uint64_t number;
        char id[SESSION_ID_MAX];
        uid_t uid;
        bool kept;       /* a keeper has its payload; otherwise a registered process */
        bool watched;    /* a registered kernel that a keeper follows */
        bool unrecorded; /* RecordOutputs=no: its keeper keeps nothing of what it puts out */
        char slice[UNIT_NAME_SIZE];
        usec_t created;
        usec_t created_monotonic;

        char *name; /* NULL until the payload is at its gate, if none was given */

        /* what it runs */
        struct {
                char **command;
                char *directory;
                char *notebook; /* resolved path; NULL for terminals and unlinked notebooks */
                char *kernel;
                char *connection_file;
        } program;

        /* its terminal and who looks at it */
        struct {
                uint32_t rows, columns, clients;
                char *title, *foreground, *foreground_directory; /* as its keeper told; NULL = unknown */
                bool had_clients;
                /* How long it goes on without clients once it had one; USEC_INFINITY = as long as it
                 * likes. */
                usec_t on_detach;
                sd_event_source *detached; /* ends it for want of clients */
        } terminal;

        /* its kernel, so far as its keeper told */
        struct {
                const char *state; /* a word of keeper-protocol.h; NULL = unknown */
                usec_t state_since;
                uint32_t execution_count;
                char *language;
        } kernel;

        /* the process whose end is its end */
        struct {
                pid_t pid;
                uint64_t start; /* process_start_time() */
                /* That it and all that it starts have; see outside.h. AUDIT_SESSION_UNSET: none of its
                 * own. */
                uint32_t audit_session;
                /* It still lived once systemd had made the scope: nobody else had its number by then. */
                bool scoped;
                int fd; /* pidfd */
                sd_event_source *event;
                bool ended;
                unsigned exit_attempts; /* to learn how it ended */
        } leader;

        /* what it may use; see limit.h */
        struct {
                Limits values; /* of its scope so far as we know, for the next one too */
                /* When the kernel was asked last, CLOCK_MONOTONIC; 0: it is to be asked again. */
                usec_t read;
                uint64_t changed;   /* those to be told, 1 << kind */
                unsigned under_way; /* calls that set some */
        } limits;

        /* what becomes of a kernel that ended by itself; see session-restart.c */
        struct {
                bool on_crash;
                uint32_t count; /* so far, on request or not */
                /* An earlier manager let this leader go, and may have seen it run. */
                bool maybe_seen_running;
                unsigned retries;            /* in this restart, of payloads that ended before they ran */
                usec_t crashes[CRASHES_MAX]; /* the last ones, CLOCK_MONOTONIC, oldest first; 0 = none */
        } restart;

        /* how it ended */
        struct {
                SessionResult result;
                int exit_code;   /* CLD_EXITED, …; 0 = unknown */
                int exit_status; /* -1 = unknown */
                /* All that it used, read when its scope was gone; USAGE_UNKNOWN before. */
                uint64_t cpu_usage_nsec;
                uint64_t oom_kills; /* in its scope when the leader ended; UINT64_MAX: unknown */
                uint64_t memory_limit,
                        memory_peak; /* of the scope when it was gone, bytes; UINT64_MAX: unknown or none */
                bool memory_is_last; /* memory_peak and oom_kills were read after the leader ended */
                bool stop_requested;
                /* What its leader left in the scope, ended with it: "python3 (1234), …"; NULL: nothing. */
                char *companions;
        } end;

        /* what a failed start tells its callers; a name from names.h and an owned sentence */
        struct {
                const char *name;
                char *message;
        } error;

        /* where it stands */
        SessionPhase phase;
        EventQueue events;
        bool announced;
        bool superseded; /* given up for another session of the same notebook: nobody need hear of it */
        StartRequest *request;     /* until it was handed to the keeper */
        sd_event_source *deadline; /* of the phase */

        struct {
                char unit[UNIT_NAME_SIZE];
                char *path;             /* systemd's object of it */
                char *job;              /* object path of the job that we wait for */
                bool gone;              /* it is, and only the leader is waited for, which left it */
                bool starting;          /* systemd was asked to make it and has not said that it did */
                bool controlled;        /* systemd asks us to stop it; see scope-controller.c */
                bool referenced;        /* systemd keeps the unit for us until UnrefUnit */
                sd_event_source *retry; /* what is done with it is tried again, in this phase */
        } scope;

        struct {
                char unit[UNIT_NAME_SIZE]; /* "" if the session is neither kept nor watched */
                char *job;                 /* object path of the job that we wait for */
                KeeperPhase phase;         /* as it told last */
                KeeperLink *link;
                KeeperRequests requests;
                int activity_fd;
                sd_event_source *reconnect; /* to it, after a while */
                sd_event_source *farewell;  /* until one that is not heard of is stopped all the same */
                bool lost;                  /* there is none, and none will come */
                bool watch_asked;           /* it was told what to follow */
                unsigned link_failures;     /* connections that broke by what it sent */
                usec_t link_since;          /* CLOCK_MONOTONIC */
        } keeper;

        /* calls to be answered */
        struct {
                Waiters start;   /* when it runs, or failed */
                Waiters restart; /* when its kernel runs again */
                Waiters limits;  /* those that set limits, when its kernel runs again */
                Waiters stop;    /* when it ended */
        } waiters;

        Nesting nesting; /* where its terminal is shown */
        Usage usage;
        CpuWatch cpu_watch;
        InputWatch input_watch;
        ScopeEvents scope_events;
        MemoryEvents memory_events;
        struct Reclaim *reclaim; /* of its memory, the last one */
        Freezer freezer;

        SessionChange changes;
        Session *next_changed; /* Manager::changed */
};
