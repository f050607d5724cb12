/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl history: what happened to sessions, also to those that ended, from the journal. */

#include <stdio.h>

#include "ctl/sessions/history.h"
#include "ctl/sessions/journal.h"
#include "ctl/text/format.h"
#include "ctl/text/output.h"
#include "ctl/text/since.h"
#include "ctl/text/table.h"
#include "ctl/verbs/verbs.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/text.h"

static const TableColumn columns[] = {
        { .name = "TIME" },
        { .name = "EVENT" },
        { .name = "ID" },
        { .name = "NAME", .shrink = true },
        { .name = "USER" },
        { .name = "DETAIL", .shrink = true },
};

static int check_access(const Arguments *a) {
        int r;

        if (a->host) {
                log_error(
                        "The journal of another machine is not read from here. Try 'ssh %s computectl history'.",
                        a->host);
                return -EOPNOTSUPP;
        }
        r = journal_check_access(a->user);
        if (r == -EACCES)
                log_error(
                        "You are not allowed to read the %sjournal; ask to be in group systemd-journal or adm.",
                        a->user ? "" : "system ");
        else if (r < 0)
                log_error("There is no journal on this machine. Is systemd-journald running?");
        return r;
}

static int add_matches(sd_journal *j, const Arguments *a, const char *session) {
        _cleanup_free_ char *match = NULL;
        int r;

        r = history_add_matches(j);
        if (r >= 0)
                r = journal_match_service(j, a->user);
        if (r < 0 || !session)
                return r;
        if (asprintf(&match, "%s=%s", session_id_is_valid(session) ? "SESSION_ID" : "SESSION_NAME",
                    session) < 0)
                return -ENOMEM;
        return sd_journal_add_match(j, match, 0);
}

/* Moves to the first entry that is shown. 1, or 0 if there is none. */
static int seek(sd_journal *j, const Arguments *a, usec_t since) {
        uint64_t time;
        int r;

        if (a->lines == 0)
                return 0;
        if (a->lines == LINES_DEFAULT) {
                r = since > 0 ? sd_journal_seek_realtime_usec(j, since) : sd_journal_seek_head(j);
                return r < 0 ? r : sd_journal_next(j);
        }
        r = sd_journal_seek_tail(j);
        if (r >= 0)
                r = sd_journal_previous_skip(j, a->lines);
        while (r > 0 && since > 0) {
                r = sd_journal_get_realtime_usec(j, &time);
                if (r < 0)
                        return r;
                if (time >= since)
                        return 1;
                r = sd_journal_next(j);
        }
        return r > 0 ? 1 : r;
}

static int table_add_entry(Table *table, const HistoryEntry *e) {
        _cleanup_free_ char *detail = history_entry_detail(e);
        char time[TIMESTAMP_SIZE], user[USER_NAME_SIZE];
        const char *cells[] = {
                timestamp_format(e->time, time),
                e->event,
                e->fields[HISTORY_ID],
                e->fields[HISTORY_NAME],
                history_entry_user(e, HISTORY_UID, user, sizeof(user)),
                detail,
        };

        return detail ? table_add(table, cells) : -ENOMEM;
}

/* Reads the entries into the table, or writes them as JSON if json is not NULL. Returns how many. */
static int read_entries(sd_journal *j, const Arguments *a, usec_t since, Table *table, Json *json) {
        int n = 0, r;

        for (r = seek(j, a, since); r > 0; r = sd_journal_next(j)) {
                _cleanup_(history_entry_done) HistoryEntry e = {};

                r = history_entry_read(&e, j);
                if (r < 0)
                        return r;
                if (json)
                        history_entry_json(&e, json);
                else
                        r = table_add_entry(table, &e);
                if (r < 0)
                        return r;
                n++;
        }
        return r < 0 ? r : n;
}

static int show_history(sd_journal *j, const Arguments *a, usec_t since, FILE *f) {
        _cleanup_table_ Table *table = table_new(columns, ELEMENTSOF(columns));
        Json json = { .stream = f, .pretty = a->json == JSON_PRETTY };
        int r;

        if (!table)
                return -ENOMEM;
        if (a->json != JSON_OFF) {
                json_begin_array(&json, NULL);
                r = read_entries(j, a, since, NULL, &json);
                json_end_array(&json);
                return r;
        }
        r = read_entries(j, a, since, table, NULL);
        if (r > 0)
                r = table_print(table, f, a->full ? 0 : output_columns(), !a->no_legend);
        else if (r == 0 && !a->no_legend)
                fputs("No entries.\n", f);
        return r;
}

int verb_history(Client *c, char **operands) {
        const Arguments *a = c->arguments;
        _cleanup_journal_ sd_journal *j = NULL;
        _cleanup_output_ Output output = {};
        usec_t since = 0;
        int r;

        if (a->since && since_parse(a->since, now_usec(CLOCK_REALTIME), &since) < 0) {
                _cleanup_free_ char *shown = text_sanitize(a->since, 128);

                log_error(
                        "Invalid time \"%s\" of --since=: expected something like \"today\", \"2h ago\" or "
                        "\"2024-10-24 10:00\".",
                        strempty(shown));
                return -EINVAL;
        }
        r = check_access(a);
        if (r < 0)
                return r;
        r = sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY);
        if (r >= 0)
                r = add_matches(j, a, operands[0]);
        if (r < 0)
                return log_error_errno(r, "Failed to open the journal: %m");
        r = output_begin(&output);
        if (r < 0)
                return log_oom();
        r = show_history(j, a, since, output.stream);
        if (r < 0)
                return log_error_errno(r, "Failed to read the journal: %m");
        return output_show(&output, !a->no_pager);
}
