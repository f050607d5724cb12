/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Setting limits of scopes: by SetUnitProperties, which systemd answers before it has written anything; then
 * GetAll, which it handles only when they are written. */

#include "manager/base/types.h"
#include "manager/model/systemd.h"
#include "shared/limit.h"

/* Has systemd set these limits, and calls on_done when they are written, or will not be. SystemdCall::limits
 * are those that were asked for; SystemdCall::taken, unless it is NULL, those that the scope has then, as
 * systemd says. -EDQUOT: too many calls of the caller's user wait for systemd already; -errno. */
int systemd_set_limits(Session *s, const Limits *limits, const Reply *reply, SystemdHandler on_done);

/* Has systemd set these limits, whatever comes of it. */
void systemd_set_limits_back(Session *s, const Limits *limits);
