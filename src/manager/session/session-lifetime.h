/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How sessions come to be and are freed. */

#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/lists.h"
#include "shared/session-types.h"

/* Allocates a session and adds it to the manager's table; the manager frees it. name and the rest of "what
 * it is" is set by the caller. -ENOMEM. */
int session_new(Manager *m, SessionType type, uint64_t number, uid_t uid, bool kept, Session **ret);

/* Takes it out of the table and frees it; NULL is fine; returns NULL. Emits nothing. */
Session *session_free(Session *s);

/* Frees all sessions of the table, and what the table itself has. */
void session_free_all(SessionTable *table);
