/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All sessions, sorted by number, which is the order in which they were made. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/lists.h"

/* -EEXIST, -ENOMEM. */
int session_table_add(SessionTable *table, Session *s);
void session_table_remove(SessionTable *table, Session *s);

/* NULL if there is none. */
Session *session_table_get(const SessionTable *table, uint64_t number);
Session *session_table_get_by_id(const SessionTable *table, const char *id);
/* The position in items of this number, or where it would be inserted. */
size_t session_table_position(const SessionTable *table, uint64_t number);

/* The user's live session of this notebook that is not except; NULL if there is none. */
Session *session_table_get_by_notebook(
        const SessionTable *table, uid_t uid, const char *notebook, const Session *except);

/* How many the user has (uid -1: everybody), and how many of these are being started. */
void session_table_count(const SessionTable *table, uid_t uid, size_t *ret_all, size_t *ret_starting);

#define SESSION_FOREACH(s, table)                     \
        for (Session **s##_item = (table)->items, *s; \
                s##_item < (table)->items + (table)->n && (s = *s##_item); s##_item++)
