/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Freezing and thawing scopes: FreezeUnit and ThawUnit of systemd. */

#include <stdbool.h>

#include "manager/base/types.h"
#include "manager/model/systemd.h"

/* on_done is told once systemd has answered; NULL: nobody wants to know. -errno. */
int systemd_freeze_scope(Session *s, bool freeze, SystemdHandler on_done);
