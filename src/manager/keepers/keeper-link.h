/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The manager's end of a session's connection to its keeper; keeper-protocol.h says what goes over it.
 * Everything that comes from a keeper is the user's word: checked here before it reaches the session. */

#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/keepers/keeper-message.h"
#include "shared/keeper-protocol.h"
#include "shared/macros.h"

#define KEEPERS_DIR "keepers" /* below the runtime directory */

/* Makes the listening socket that a new keeper is handed, at keepers/ID in the runtime directory. The
 * caller's. */
int keeper_link_listen(Manager *m, const Session *s);
/* Removes it; it need not be there. */
void keeper_link_forget(Manager *m, const Session *s);

/* Removes the sockets of no session, which a manager left that was killed between a socket and its record.
 * -errno. */
int keeper_link_sweep(Manager *m);

/* What is done with what a keeper says. */
typedef struct KeeperHandlers {
        /* -errno: it should not have said that; the connection is closed, and on_lost() called. */
        int (*on_status)(Session *s, KeeperMessage *message);
        int (*on_gate)(Session *s, KeeperMessage *message, const struct ucred *sender);
        void (*on_started)(Session *s);
        void (*on_failed)(Session *s, const KeeperMessage *message);
        void (*on_ended)(Session *s, const KeeperMessage *message);
        void (*on_changed)(Session *s, const KeeperMessage *message);
        /* The connection broke and is closed; misbehaved: because of what the keeper sent. */
        void (*on_lost)(Session *s, bool misbehaved);
} KeeperHandlers;

/* Connects and says hello; everything else comes to the handlers, which must outlive the connection.
 * -ECONNREFUSED or -ENOENT: there is no keeper and none will come. */
int keeper_link_connect(Session *s, const KeeperHandlers *handlers);
/* Closes the connection, if there is one. */
void keeper_link_close(Session *s);
/* Has the keeper itself spoken, or is there only its socket so far? NULL: false. */
bool keeper_link_is_greeted(const KeeperLink *link);

/* Hands the session's StartRequest over. */
int keeper_link_start(Session *s);
int keeper_link_open_gate(Session *s);
/* Has the keeper, whose payload ended, fork it again. */
int keeper_link_restart(Session *s);

/* Sends a client's request; see keeper-request.h. */
int keeper_link_send_request(Session *s, const KeeperRequest *request);
