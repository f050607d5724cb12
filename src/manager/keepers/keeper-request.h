/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Requests that a keeper has to answer: for calls of clients (ATTACH, RESIZE, SNAPSHOT, OUTPUTS, …), and our
 * own (SHUTDOWN, WATCH). They outlive the connection: after a keeper was killed, its successor gets them,
 * and clients notice only a moment's delay. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/keepers/keeper-message.h"
#include "manager/model/requests.h"
#include "shared/keeper-protocol.h"
#include "shared/time-span.h"

#define KEEPER_REQUESTS_MAX 32 /* for each session; one more is refused with -ENOBUFS */

/* Makes a request whose message is to be filled. It owns the descriptors that are put into it. NULL: out of
 * memory. */
KeeperRequest *keeper_request_new(Session *s, KeeperOpcode opcode);
KeeperRequest *keeper_request_free(KeeperRequest *request);

/* Makes a request with a stream, of which the keeper gets one end and the caller the other. -errno. */
int keeper_request_new_stream(Session *s, KeeperOpcode opcode, KeeperRequest **ret);
/* Makes a request with a memory file that the keeper writes and the caller reads. -errno. */
int keeper_request_new_file(Session *s, KeeperOpcode opcode, KeeperRequest **ret);

/* Sends the request, now or when the keeper is connected, and answers the caller in the end. reply may be
 * NULL: nobody called. The request is consumed. -ENOBUFS: too many requests of this session wait. -EDQUOT:
 * too many are the caller's user's. */
int keeper_request_send(Session *s, KeeperRequest *request, const Reply *reply);

/* Does the same for a handler of a call, which the keeper answers. Returns 1, or -errno, with error set
 * where there is more to say. */
int keeper_request_answer_with(Session *s, KeeperRequest *request, const Reply *reply, sd_bus_error *error);

/* Sends all requests to a keeper that has just connected. */
void keeper_requests_send(Session *s);

/* Answers the call that this REPLY belongs to. */
void keeper_requests_answer(Session *s, KeeperMessage *message);

/* Answers all calls with an error, and frees the requests. */
void keeper_requests_done(KeeperRequests *requests);
