/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The manager's end of a session's connection to its keeper; keeper-protocol.h says what goes over it. Everything that
 * comes from a keeper is the user's word: checked here before it reaches the session. */

#include <systemd/sd-bus.h>

#include "manager/types.h"
#include "shared/keeper-protocol.h"
#include "shared/macros.h"

#define KEEPER_PENDING_MAX 32 /* calls that wait for the keeper's REPLY */

/* Makes the listening socket that a new keeper is handed, at keepers/ID in the runtime directory. The caller's. */
int keeper_link_listen(Manager *m, const Session *s);
/* Removes it; it need not be there. */
void keeper_link_forget(Manager *m, const Session *s);

/* Connects and says hello; everything else comes by itself. -ECONNREFUSED or -ENOENT: there is no keeper and none will
 * come. */
int keeper_link_connect(Session *s);
KeeperLink *keeper_link_free(KeeperLink *link);

/* Hands the session's StartRequest over. */
int keeper_link_start(Session *s);
int keeper_link_open_gate(Session *s);

/* Sends ATTACH or RESIZE; call is answered when the keeper replied, with stream if that is one. stream_fd is the
 * keeper's end and stays the caller's. -ENOBUFS: KEEPER_PENDING_MAX calls wait already. */
int keeper_link_attach(
        Session *s, sd_bus_message *call, uint32_t rows, uint32_t columns, int keepers_end, int callers_end);
int keeper_link_resize(Session *s, sd_bus_message *call, uint32_t rows, uint32_t columns);
