/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What happened to sessions: the audit entries of the journal. */

#include <systemd/sd-journal.h>

#include "ctl/text/json.h"
#include "shared/time-span.h"

/* What is read of an entry; each is text, NULL if it is missing. */
typedef enum HistoryField {
        HISTORY_ID,
        HISTORY_TYPE,
        HISTORY_NAME,
        HISTORY_UID,
        HISTORY_UNIT,
        HISTORY_KEEPER_UNIT,
        HISTORY_NOTEBOOK,
        HISTORY_RESULT,
        HISTORY_EXIT_CODE,
        HISTORY_EXIT_STATUS,
        HISTORY_CPU_NSEC,
        HISTORY_DURATION_USEC,
        HISTORY_MEMORY_LIMIT,
        HISTORY_MEMORY_PEAK,
        HISTORY_OOM_PID,
        HISTORY_OOM_COMMAND,
        HISTORY_LEVEL,
        HISTORY_ACTOR_UID,
        HISTORY_ACTOR_LOGIN_UID,
        HISTORY_ENDED_WITH,
        HISTORY_METHOD,
        HISTORY_ACTION,
        HISTORY_LIMITS,
        HISTORY_REASON,
        HISTORY_MESSAGE,
        _HISTORY_FIELD_MAX,
} HistoryField;

typedef struct HistoryEntry {
        usec_t time;
        const char *event; /* "started", "ended", …; static */
        char *fields[_HISTORY_FIELD_MAX];
} HistoryEntry;

/* Limits the journal to entries of this kind. 0 or -errno. */
int history_add_matches(sd_journal *j);

/* Reads the current entry. 0 or -errno. */
int history_entry_read(HistoryEntry *e, sd_journal *j);
void history_entry_done(HistoryEntry *e);

/* What happened in few words: "exit status 3, after 3min 12s, 4.2s CPU". The caller's; NULL if out of
 * memory. */
char *history_entry_detail(const HistoryEntry *e);
/* The user named in a field, or "". */
const char *history_entry_user(const HistoryEntry *e, HistoryField field, char *ret, size_t size);
/* Writes the entry as an object. */
void history_entry_json(const HistoryEntry *e, Json *j);
