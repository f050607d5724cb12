/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The link: the manager's end of a session's connection to its keeper. keeper-protocol.h has the messages.
 * Everything that comes from a keeper is the user's word, and is checked here before it reaches the
 * session. */

#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/keepers/keeper-message.h"
#include "shared/keeper-protocol.h"
#include "shared/macros.h"

#define KEEPERS_DIR "keepers" /* below the runtime directory */

/* Makes the listening socket for a new keeper, at keepers/ID in the runtime directory. The caller closes
 * it. */
int keeper_link_listen(Manager *m, const Session *s);
/* Removes the socket's file, which need not be there. */
void keeper_link_forget(Manager *m, const Session *s);

/* Removes sockets without a session, which a manager left that was killed between a socket and its record.
 * -errno. */
int keeper_link_sweep(Manager *m);

/* The handlers of a keeper's messages. */
typedef struct KeeperHandlers {
        /* -errno: the message breaks the protocol; the connection is closed, and on_lost() called. */
        int (*on_status)(Session *s, KeeperMessage *message);
        int (*on_gate)(Session *s, KeeperMessage *message, const struct ucred *sender);
        void (*on_started)(Session *s);
        void (*on_failed)(Session *s, const KeeperMessage *message);
        void (*on_ended)(Session *s, const KeeperMessage *message);
        void (*on_changed)(Session *s, const KeeperMessage *message);
        /* The connection broke and is closed. misbehaved: because of what the keeper sent. */
        void (*on_lost)(Session *s, bool misbehaved);
} KeeperHandlers;

/* Connects and sends HELLO. All else goes to the handlers, which must outlive the connection. -ECONNREFUSED
 * or -ENOENT: there is no keeper, and none will come. */
int keeper_link_connect(Session *s, const KeeperHandlers *handlers);
/* Closes the connection, if there is one. */
void keeper_link_close(Session *s);
/* Has the keeper itself spoken, or is there only its socket so far? NULL: false. */
bool keeper_link_is_greeted(const KeeperLink *link);

/* Sends START with the session's StartRequest. */
int keeper_link_start(Session *s);
int keeper_link_open_gate(Session *s);
/* Sends RESTART, for a keeper whose payload ended to fork another. */
int keeper_link_restart(Session *s);

/* Sends a client's request; see keeper-request.h. */
int keeper_link_send_request(Session *s, const KeeperRequest *request);
