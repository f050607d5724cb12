/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls of clients that a keeper has to answer: ATTACH, RESIZE. They outlive the connection: after a keeper was killed
 * they are sent again to its successor, and the clients notice nothing but a moment's delay. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/keeper-message.h"
#include "manager/types.h"
#include "shared/keeper-protocol.h"
#include "shared/time-span.h"

#define KEEPER_REQUESTS_MAX 32 /* of one session; one more is refused with -ENOBUFS */

struct KeeperRequest {
        uint32_t serial;
        KeeperOpcode opcode;
        uint32_t rows, columns;
        int keepers_end, callers_end; /* of the stream, if there is one; owned */
        sd_bus_message *call;
        usec_t deadline; /* CLOCK_MONOTONIC */
};

typedef struct KeeperRequests {
        KeeperRequest *items;
        size_t n;
        uint32_t serial;
        sd_event_source *timer; /* of the oldest */
} KeeperRequests;

/* Notes the request, and sends it if the keeper is connected. The descriptors are the request's from here on, also on
 * failure. */
int keeper_request(Session *s, KeeperOpcode opcode, uint32_t rows, uint32_t columns, int keepers_end,
        int callers_end, sd_bus_message *call);

/* Sends all of them, to a keeper that has just been connected to. */
void keeper_requests_send(Session *s);

/* Answers the call that this REPLY is for. */
void keeper_requests_answer(Session *s, const KeeperMessage *message);

/* Answers all with an error, and frees. */
void keeper_requests_done(KeeperRequests *requests);
