/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How sessions are made and freed. */

#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/lists.h"
#include "shared/session-types.h"

/* Allocates a session and adds it to the manager's table; the manager frees it. The caller sets its name and
 * what it runs. -ENOMEM. */
int session_new(Manager *m, SessionType type, uint64_t number, uid_t uid, bool kept, Session **ret);

/* Takes a session out of the table and frees it; NULL is fine. Returns NULL. Emits no signal. */
Session *session_free(Session *s);

/* Frees all sessions of the table, and what the table itself holds. */
void session_free_all(SessionTable *table);
