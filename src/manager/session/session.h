/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One session: what is known of it. What happens to it is session-engine.c's, how it is shown session-bus.c's. */

#include <sys/types.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/usage.h"
#include "manager/base/types.h"
#include "manager/keepers/keeper-request.h"
#include "manager/memory/memory-events.h"
#include "manager/session/event-queue.h"
#include "manager/session/freezer.h"
#include "manager/session/nesting.h"
#include "manager/session/scope-events.h"
#include "manager/session/session-state.h"
#include "manager/session/waiters.h"
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
        bool kept;    /* a keeper has its payload; otherwise a registered process */
        bool watched; /* a registered kernel that a keeper follows */
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
                usec_t on_detach; /* how long it goes on without clients once it had one; USEC_INFINITY = as long as it likes */
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
                bool scoped; /* it still lived once systemd had made the scope: nobody else had its number by then */
                int fd; /* pidfd */
                sd_event_source *event;
                bool ended;
                unsigned exit_attempts; /* to learn how it ended */
        } leader;

        /* what it may use; see limit.h */
        struct {
                Limits values; /* of its scope so far as we know, for the next one too */
                usec_t read; /* when the kernel was asked last, CLOCK_MONOTONIC; 0: it is to be asked again */
                uint64_t changed;   /* those to be told, 1 << kind */
                unsigned under_way; /* calls that set some */
        } limits;

        /* what becomes of a kernel that ended by itself; see session-restart.c */
        struct {
                bool on_crash;
                uint32_t count;          /* so far, on request or not */
                bool maybe_seen_running; /* an earlier manager let this leader go, and may have seen it run */
                unsigned retries;        /* in this restart, of payloads that ended before they ran */
                usec_t crashes[CRASHES_MAX]; /* the last ones, CLOCK_MONOTONIC, oldest first; 0 = none */
        } restart;

        /* how it ended */
        struct {
                SessionResult result;
                int exit_code;   /* CLD_EXITED, …; 0 = unknown */
                int exit_status; /* -1 = unknown */
                uint64_t
                        cpu_usage_nsec; /* all that it used, read when its scope was gone; USAGE_UNKNOWN before */
                uint64_t oom_kills; /* in its scope when the leader ended; UINT64_MAX: unknown */
                uint64_t memory_limit,
                        memory_peak; /* of the scope when it was gone, bytes; UINT64_MAX: unknown or none */
                bool memory_is_last; /* memory_peak and oom_kills were read after the leader ended */
                bool stop_requested;
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
        ScopeEvents scope_events;
        MemoryEvents memory_events;
        Freezer freezer;

        SessionChange changes;
        Session *next_changed; /* Manager::changed */
};

/* Allocates a session and adds it to the manager's table; the manager frees it. name and the rest of "what it is" is
 * set by the caller. -ENOMEM. */
int session_new(Manager *m, SessionType type, uint64_t number, uid_t uid, bool kept, Session **ret);
/* Takes it out of the table and frees it; NULL is fine; returns NULL. Emits nothing. */
Session *session_free(Session *s);

/* Notes a change; it is told when the loop comes round (manager_flush()). */
void session_changed(Session *s, SessionChange change);

/* The name of a session that was given none: "bash", "analysis.ipynb". The caller's; NULL = OOM. */
char *session_default_name(const Session *s);

/* "Terminal bash", "Notebook analysis.ipynb (python3)": for unit descriptions and logs. The caller's; NULL = OOM. */
char *session_describe(const Session *s);

/* Gives it another name, also in its record; if that cannot be written, it keeps the one it has. -ENOMEM. */
int session_set_name(Session *s, const char *name);

/* Says that it is of another file (or the same one elsewhere), also in its record; a name that was made of the old file's
 * goes along. -EEXIST: another session of the user is of that file. Also this is so on record, or not at all. -ENOMEM. */
int session_set_notebook(Session *s, const char *notebook);

/* "keep", "stop", or a time span in µs. Writes into ret if need be; returns the word. */
#define ON_DETACH_SIZE 32
const char *session_on_detach_to_string(const Session *s, char ret[ON_DETACH_SIZE]);

/* Reads the activity page; 0 = never, UINT64_MAX = unknown. */
void session_read_activity(const Session *s, usec_t *ret_input, usec_t *ret_output);

/* When a kernel was last at work, as far as is known: now if it is busy, since it may compute in silence; otherwise
 * since when it is what it is. 0 for terminals. */
usec_t session_last_work(const Session *s);

/* Notes what its scope's cgroup says of memory, while it is there: systemd takes it away as soon as it finds it empty, and
 * may be first. */
void session_read_memory(Session *s);

/* The same once the leader has ended, as often as there is a chance: what was read while it lived does not count any
 * more, so a peak that cannot be read is unknown. */
void session_read_last_memory(Session *s);

/* Why it ends, if its leader's end is the reason: what the leader's parent says, and what the kernel counted. */
SessionResult session_leader_result(const Session *s);

/* Notes why it ends; the first reason counts. */
void session_set_result(Session *s, SessionResult result);
/* A better reason than the one that was noted, unless it is that somebody asked. */
void session_improve_result(Session *s, SessionResult result);

/* Notes what a failed start tells its callers; the first reason counts. name is a constant from names.h. */
void session_set_error(Session *s, const char *name, const char *format, ...) _printf_(3, 4);
