/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which sessions changed, to be told when the loop comes round. */

#include "manager/base/types.h"
#include "manager/model/session.h"

/* Has the manager flush, on_flush() in manager.c, when the loop comes round. */
void manager_flush_later(Manager *m);

/* Notes a change; it is told when the loop comes round. */
void session_changed(Session *s, SessionChange change);
