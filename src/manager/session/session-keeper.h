/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What keepers say, and what becomes of sessions whose keeper comes and goes. */

#include <sys/socket.h>

#include "manager/base/types.h"
#include "manager/keepers/keeper-message.h"

/* What its keeper said; -errno if it should not have. */
int session_on_status(Session *s, KeeperMessage *message);
int session_on_gate(Session *s, KeeperMessage *message, const struct ucred *sender);
void session_on_payload_ended(Session *s, const KeeperMessage *message);
void session_on_failed(Session *s, const KeeperMessage *message);
void session_on_changed(Session *s, const KeeperMessage *message);

/* Connects to the keeper, again and again while it is being restarted; EVENT_KEEPER_GONE if there is none any more. */
void session_connect_keeper(Session *s);
/* The connection broke; misbehaved: because of what the keeper sent. */
void session_on_link_lost(Session *s, bool misbehaved);

/* EFFECT_STOP_KEEPER: one that is being started again is heard first. Were it stopped before it took up what systemd kept
 * for it, a kernel's connection file would be left behind. */
void session_dismiss_keeper(Session *s);
