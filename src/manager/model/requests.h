/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session's keeper has to answer; see keeper-request.c. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "manager/access/charges.h"
#include "manager/base/types.h"
#include "manager/model/reply.h"
#include "shared/time-span.h"
#include "shared/wire.h"

typedef struct KeeperMessage KeeperMessage;

typedef const char *(*KeeperReplyHandler)(Session *s, KeeperMessage *message, const char **ret_message);

struct KeeperRequest {
        Session *session;
        uint32_t serial;
        WireWriter message;
        bool is_file;                 /* and no stream */
        int keepers_end, callers_end; /* of a stream, or one file twice; -EBADF */
        uint64_t within; /* the session whose process attaches, by number; 0: none. See nesting.h */
        /* REPLY_DESCRIPTOR: of its end of the stream, or of the file that the keeper wrote into. */
        Reply reply;
        /* Sees the REPLY before the call is answered; message is NULL if none came in time; what it says may
         * be changed. May be NULL. What it returns is an error for the caller (names.h), and ret_message a
         * sentence; NULL if all is well. */
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
