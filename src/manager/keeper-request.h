/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls of clients that a keeper has to answer: ATTACH, RESIZE, SNAPSHOT. They outlive the connection: after a keeper was
 * killed they are sent again to its successor, and the clients notice nothing but a moment's delay. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/charges.h"
#include "manager/keeper-message.h"
#include "manager/types.h"
#include "shared/keeper-protocol.h"
#include "shared/time-span.h"

#define KEEPER_REQUESTS_MAX 32 /* of one session; one more is refused with -ENOBUFS */

/* What the client gets when it worked. */
typedef enum KeeperAnswer {
        KEEPER_ANSWER_NOTHING,
        KEEPER_ANSWER_STREAM, /* its end of the stream */
        KEEPER_ANSWER_FILE,   /* the file that came with the REPLY, if it is one of memory */
} KeeperAnswer;

struct KeeperRequest {
        uint32_t serial;
        WireWriter message;
        KeeperAnswer answer;
        int keepers_end, callers_end; /* of the stream, if there is one */
        sd_bus_message *call;
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

/* Sends the request, now or when the keeper is connected; call is answered in the end. The request is consumed.
 * -ENOBUFS: too many of this session wait; -EDQUOT: too many of the caller's user. */
int keeper_request_send(Session *s, KeeperRequest *request, sd_bus_message *call, KeeperAnswer answer);

/* Sends all of them, to a keeper that has just been connected to. */
void keeper_requests_send(Session *s);

/* Answers the call that this REPLY is for; file came with it, or is negative, and stays the caller's. */
void keeper_requests_answer(Session *s, const KeeperMessage *message, int file);

/* Answers all with an error, and frees. */
void keeper_requests_done(KeeperRequests *requests);
