/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What keepers say, and what becomes of sessions whose keeper comes and goes. */

#include "manager/base/types.h"

/* Connects to the keeper, again and again while it is being restarted; EVENT_KEEPER_GONE if there is none
 * any more. */
void session_connect_keeper(Session *s);

/* EFFECT_STOP_KEEPER: one that is being started again is heard first. Were it stopped before it took up what
 * systemd kept for it, a kernel's connection file would be left behind. */
void session_dismiss_keeper(Session *s);
