/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Freezing and thawing scopes: FreezeUnit and ThawUnit of systemd. */

#include <stdbool.h>

#include "manager/base/types.h"
#include "manager/model/systemd.h"

/* Freezes or thaws the session's scope, and calls on_done once systemd has answered; NULL: the outcome does
 * not matter. -errno. */
int systemd_freeze_scope(Session *s, bool freeze, SystemdHandler on_done);
