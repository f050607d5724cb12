/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the manager has asked of systemd, and what it waits for. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/model/reply.h"
#include "shared/limit.h"
#include "shared/time-span.h"

/* The system bus refuses more than 128 unanswered calls of a connection; usage.h and authorization.h take
 * their shares of them too. */
#define SYSTEMD_CALLS_MAX 48

typedef struct SystemdCall SystemdCall;

/* Is told how it went; problem: what systemd says against it, or NULL. s is NULL if the session is gone.
 * -errno: the client is told that by who calls. */
typedef int (*SystemdHandler)(SystemdCall *c, Session *s, const sd_bus_error *problem);

/* What a reply is about. Sessions go by number, since they may be gone by then. */
struct SystemdCall {
        Manager *manager;
        uint64_t number; /* 0: of no session */
        Reply reply;     /* to a client, to be given when systemd has answered */
        sd_bus_message *question;
        int stream; /* whose other end the question hands to a process of stream_uid; -EBADF */
        uid_t stream_uid;
        Charge charge;                     /* to who sent the call, if there is one */
        usec_t asked;                      /* for the first time, CLOCK_MONOTONIC; 0: not yet */
        bool repeated;                     /* so that what it asks for may have been done already */
        sd_bus_message_handler_t on_reply; /* its userdata is this structure */
        SystemdHandler on_done;            /* systemd-limits.c's, systemd-freezer.c's: whom on_reply tells */
        Limits limits;                     /* those that the question sets, if it does */
        const Limits *taken;               /* for on_done; see systemd-limits.h */
        sd_bus_slot *slot;                 /* of what was sent; the structure goes with it */
};

typedef struct SystemdCalls {
        SystemdCall **waiting; /* oldest first */
        size_t n_waiting;
        SystemdCall *sent[SYSTEMD_CALLS_MAX]; /* and not answered */
        unsigned n_sent;
        sd_event_source *away; /* while systemd is: to the next attempt */
} SystemdCalls;

/* How it stands with keeping a user; see keep-user.h. */
typedef enum KeepState {
        KEEP_ASKED,   /* logind was asked, and has not answered */
        KEEP_OURS,    /* the user lingers for our sake, and there is a mark */
        KEEP_ANYWAY,  /* the user lingered before */
        KEEP_REFUSED, /* logind would not, or is not there */
        KEEP_RELEASED /* logind was asked to end it */
} KeepState;

typedef struct KeptUser {
        Manager *manager;
        uid_t uid;
        KeepState state;
        sd_bus_slot *question;    /* to logind */
        sd_event_source *release; /* after the last session */
} KeptUser;

typedef struct KeptUsers {
        KeptUser **items; /* those who have sessions, or are to be released */
        size_t n;
        bool active; /* there is a folder for marks; otherwise nobody is kept */
        int dir_fd;  /* it */
} KeptUsers;

/* Its jobs that sessions wait for; see systemd-jobs.c. */
typedef struct SystemdJobs {
        sd_bus_slot *match; /* JobRemoved, while jobs are expected */
        unsigned expected;
} SystemdJobs;
