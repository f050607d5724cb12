/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a keeper has to answer: calls of clients (ATTACH, RESIZE, SNAPSHOT, OUTPUTS, …) and requests of our own (SHUTDOWN,
 * WATCH). They outlive the connection: after a keeper was killed they are sent again to its successor, and the clients
 * notice nothing but a moment's delay. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/keepers/keeper-message.h"
#include "shared/keeper-protocol.h"
#include "shared/time-span.h"

#define KEEPER_REQUESTS_MAX 32 /* of one session; one more is refused with -ENOBUFS */

/* What the client gets when it worked. */
typedef enum KeeperAnswer {
        KEEPER_ANSWER_NOTHING,
        KEEPER_ANSWER_DESCRIPTOR, /* its end of the stream, or the file that the keeper wrote into */
} KeeperAnswer;

typedef const char *(*KeeperReplyHandler)(Session *s, KeeperMessage *message, const char **ret_message);

struct KeeperRequest {
        Session *session;
        uint32_t serial;
        WireWriter message;
        KeeperAnswer answer;
        bool is_file;                 /* and no stream */
        int keepers_end, callers_end; /* of a stream, or one file twice; -EBADF */
        uint64_t within;      /* the session whose process attaches, by number; 0: none. See nesting.h */
        sd_bus_message *call; /* NULL: nobody's */
        /* Sees the REPLY before the call is answered; message is NULL if none came in time; what it says may be changed. May be NULL. What it returns is
         * an error for the caller (names.h), and ret_message a sentence; NULL if all is well. */
        KeeperReplyHandler on_reply;
        Charge charge;   /* to who sent it */
        usec_t deadline; /* CLOCK_MONOTONIC */
};

typedef struct KeeperRequests {
        KeeperRequest **items; /* in the order of their deadlines */
        size_t n;
        uint32_t serial;
        sd_event_source *timer; /* of the oldest */
} KeeperRequests;

/* A request whose message waits for its fields, and which owns the descriptors that are put into it. NULL = OOM. */
KeeperRequest *keeper_request_new(Session *s, KeeperOpcode opcode);
KeeperRequest *keeper_request_free(KeeperRequest *request);

/* One with a stream, of which the keeper gets one end and the caller the other. -errno. */
int keeper_request_new_stream(Session *s, KeeperOpcode opcode, KeeperRequest **ret);
/* One with a file of memory that the keeper writes into, for the caller to read. -errno. */
int keeper_request_new_file(Session *s, KeeperOpcode opcode, KeeperRequest **ret);

/* Sends the request, now or when the keeper is connected; call, if there is one, is answered in the end. The request is
 * consumed. -ENOBUFS: too many of this session wait; -EDQUOT: too many of the caller's user. */
int keeper_request_send(Session *s, KeeperRequest *request, sd_bus_message *call, KeeperAnswer answer);

/* The same for a handler of call, whose answer is then the keeper's: 1, or -errno with error set if it should be. */
int keeper_request_answer_with(
        Session *s, KeeperRequest *request, sd_bus_message *call, KeeperAnswer answer, sd_bus_error *error);

/* Sends all of them, to a keeper that has just been connected to. */
void keeper_requests_send(Session *s);

/* Answers the call that this REPLY is for. */
void keeper_requests_answer(Session *s, KeeperMessage *message);

/* Answers all calls with an error, and frees. */
void keeper_requests_done(KeeperRequests *requests);
