/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All sessions with what they use and do, put together from the answers of ListSessions, GetUsage and
 * GetIdleness, which come from different moments: a session may be in one and not in another. */

#include <sys/types.h>

#include "ctl/bus/client.h"
#include "ctl/sessions/ended.h"

typedef struct SessionEntry {
        char *id, *type, *name, *state;
        uid_t uid;
        uint64_t memory, cpu_nsec, tasks; /* UINT64_MAX: unknown */
        uint64_t idle_since;              /* 0: it is not idle; UINT64_MAX: unknown */
        uint64_t last_activity;           /* UINT64_MAX: unknown */
        char *idle_reason;                /* IdleReason; NULL: unknown */
        uint64_t clients;                 /* UINT64_MAX: unknown */
} SessionEntry;

typedef struct SessionList {
        SessionEntry *entries; /* notebooks first, then by number, once read */
        size_t n_entries;
        uint32_t recommended; /* 0: nothing is recommended, or not known */
        char **frozen;        /* ids */
} SessionList;

/* Asks the service for all of it at once, and reads the answers. Failures are told. */
int session_list_fetch(SessionList *l, Client *c);
void session_list_done(SessionList *l);

/* Read one answer each. The list must be read first; the others skip sessions that are not in it. 0 or
 * -errno. */
int session_list_read(SessionList *l, sd_bus_message *m);
int session_list_read_usage(SessionList *l, sd_bus_message *m);
int session_list_read_idleness(SessionList *l, sd_bus_message *m);

/* Says "frozen" instead of "running" of the sessions in frozen. -ENOMEM. */
int session_list_note_frozen(SessionList *l);

/* Takes out those that ended by the time of another answer, which came later. */
void session_list_drop(SessionList *l, const EndedSessions *ended);

/* Which of two ids comes first: as qsort() wants it. Notebooks, terminals, unknown types; then by number. */
int session_id_compare(const char *a, const char *b);
/* How many there are of this type. */
size_t session_list_count(const SessionList *l, SessionType type);
/* How long it has done nothing; USEC_INFINITY: not known. */
usec_t session_idle(uint64_t last_activity, usec_t now);

/* What an IdleReason means, for people: "its kernel is busy"; "": there is nothing to say. */
const char *idle_reason_text(const char *reason);
/* What a session that runs does by its IdleReason, in a word: "busy", "waiting", "stuck", or "running". */
const char *idle_reason_state(const char *reason);

#define _cleanup_session_list_ _cleanup_(session_list_done)
