/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Keepers of registered sessions: they follow a kernel that is somebody else's child through its connection
 * file, to know what it does and to keep what it prints. Whatever happens to them, the session and its
 * kernel go on. */

#include "manager/base/types.h"
#include "manager/keepers/keeper-message.h"

/* Starts the keeper of a session that was registered with a connection file. */
void session_watch(Session *s);

/* Handles the keeper's STATUS. -errno: it breaks the protocol. */
int session_on_watch_status(Session *s, const KeeperMessage *message);
