/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a keeper has to answer: calls of clients (ATTACH, RESIZE, SNAPSHOT, OUTPUTS, …) and requests of our
 * own (SHUTDOWN, WATCH). They outlive the connection: after a keeper was killed they are sent again to its
 * successor, and the clients notice nothing but a moment's delay. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/keepers/keeper-message.h"
#include "manager/model/requests.h"
#include "shared/keeper-protocol.h"
#include "shared/time-span.h"

#define KEEPER_REQUESTS_MAX 32 /* of one session; one more is refused with -ENOBUFS */

/* A request whose message waits for its fields, and which owns the descriptors that are put into it. NULL =
 * OOM. */
KeeperRequest *keeper_request_new(Session *s, KeeperOpcode opcode);
KeeperRequest *keeper_request_free(KeeperRequest *request);

/* One with a stream, of which the keeper gets one end and the caller the other. -errno. */
int keeper_request_new_stream(Session *s, KeeperOpcode opcode, KeeperRequest **ret);
/* One with a file of memory that the keeper writes into, for the caller to read. -errno. */
int keeper_request_new_file(Session *s, KeeperOpcode opcode, KeeperRequest **ret);

/* Sends the request, now or when the keeper is connected; who called, if there is somebody (reply may be
 * NULL), is answered in the end. The request is consumed. -ENOBUFS: too many of this session wait; -EDQUOT:
 * too many of the caller's user. */
int keeper_request_send(Session *s, KeeperRequest *request, const Reply *reply);

/* The same for who handles a call, whose answer is then the keeper's: 1, or -errno with error set if it
 * should be. */
int keeper_request_answer_with(Session *s, KeeperRequest *request, const Reply *reply, sd_bus_error *error);

/* Sends all of them, to a keeper that has just been connected to. */
void keeper_requests_send(Session *s);

/* Answers the call that this REPLY is for. */
void keeper_requests_answer(Session *s, KeeperMessage *message);

/* Answers all calls with an error, and frees. */
void keeper_requests_done(KeeperRequests *requests);
