/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Handles messages of keepers, and keepers that come and go. */

#include "manager/base/types.h"

/* Connects to the keeper, and tries again while it is being restarted. EVENT_KEEPER_GONE: there is none any
 * more. */
void session_connect_keeper(Session *s);

/* EFFECT_STOP_KEEPER: stops the keeper. A keeper that is being restarted is heard first: if it were stopped
 * before it took up what systemd kept for it, a kernel's connection file would be left behind. */
void session_dismiss_keeper(Session *s);
