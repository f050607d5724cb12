/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Setting limits of scopes: SetUnitProperties of systemd, which answers before it has written anything; then
 * GetAll, which it handles only when they are written. */

#include "manager/base/types.h"
#include "manager/model/systemd.h"
#include "shared/limit.h"

/* Has systemd set these limits. on_done is told when they are written, or that they will not be:
 * SystemdCall::limits are those that were asked for, and SystemdCall::taken, if it is no NULL, those that
 * systemd says the scope has then. -EDQUOT: the user who asks has too many calls with systemd already;
 * -errno. */
int systemd_set_limits(Session *s, const Limits *limits, const Reply *reply, SystemdHandler on_done);

/* Sets them, and nobody is told. */
void systemd_set_limits_back(Session *s, const Limits *limits);
