/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl list: all sessions and what they use. */

#include <inttypes.h>
#include <stdio.h>

#include "ctl/sessions/ended.h"
#include "ctl/sessions/sessions.h"
#include "ctl/text/format.h"
#include "ctl/text/json.h"
#include "ctl/text/output.h"
#include "ctl/text/table.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"

static const TableColumn columns[] = {
        { .name = "ID" },
        { .name = "TYPE" },
        { .name = "NAME", .shrink = true },
        { .name = "USER" },
        { .name = "STATE" },
        { .name = "MEMORY", .right = true },
        { .name = "CPU", .right = true },
        { .name = "TASKS", .right = true },
        { .name = "IDLE", .right = true },
        { .name = "CLIENTS", .right = true },
};

static int print_table(const SessionList *l, const Arguments *a, FILE *f, usec_t now) {
        _cleanup_table_ Table *table = table_new(columns, ELEMENTSOF(columns));
        int r;

        if (!table)
                return -ENOMEM;
        for (size_t i = 0; i < l->n_entries; i++) {
                const SessionEntry *e = &l->entries[i];
                char user[USER_NAME_SIZE], memory[BYTES_SIZE], cpu[TIME_SPAN_SIZE], tasks[NUMBER_SIZE],
                        idle[TIME_SPAN_SIZE], clients[NUMBER_SIZE];
                const char *cells[] = {
                        e->id,
                        e->type,
                        e->name,
                        user_format(e->uid, user),
                        streq(e->state, "running") ? idle_reason_state(e->idle_reason) : e->state,
                        bytes_format(e->memory, memory),
                        cpu_format(e->cpu_nsec, cpu),
                        number_format(e->tasks, tasks),
                        span_format(session_idle(e->last_activity, now), idle),
                        number_format(e->clients, clients),
                };

                r = table_add(table, cells);
                if (r < 0)
                        return r;
        }
        return table_print(table, f, a->full ? 0 : output_columns(), !a->no_legend);
}

static const TableColumn ended_columns[] = {
        { .name = "ID" },
        { .name = "TYPE" },
        { .name = "NAME", .shrink = true },
        { .name = "USER" },
        { .name = "ENDED" },
        { .name = "RESULT" },
        { .name = "AFTER", .right = true },
        { .name = "CPU", .right = true },
        { .name = "MEMORY", .right = true },
};

static usec_t duration(const EndedSession *s) {
        return s->ended >= s->created ? s->ended - s->created : 0;
}

static int print_ended_table(const EndedSessions *l, const Arguments *a, FILE *f, usec_t now) {
        _cleanup_table_ Table *table = table_new(ended_columns, ELEMENTSOF(ended_columns));
        int r;

        if (!table)
                return -ENOMEM;
        for (size_t i = 0; i < l->n_sessions; i++) {
                const EndedSession *s = &l->sessions[i];
                char user[USER_NAME_SIZE], ago[AGO_SIZE], result[RESULT_SIZE], after[TIME_SPAN_SIZE],
                        cpu[TIME_SPAN_SIZE], memory[MEMORY_SIZE];
                const char *cells[] = {
                        s->id,
                        s->type,
                        s->name,
                        user_format(s->uid, user),
                        ago_format(s->ended, now, ago),
                        result_format(s->result, s->exit_status, result),
                        span_format(duration(s), after),
                        cpu_format(s->cpu_nsec, cpu),
                        ended_memory_format(s, memory),
                };

                r = table_add(table, cells);
                if (r < 0)
                        return r;
        }
        return table_print(table, f, a->full ? 0 : output_columns(), !a->no_legend);
}

static void print_ended_json(Json *json, const EndedSessions *l) {
        for (size_t i = 0; i < l->n_sessions; i++) {
                const EndedSession *s = &l->sessions[i];
                char user[USER_NAME_SIZE];

                json_begin_object(json, NULL);
                json_string(json, "id", s->id);
                json_string(json, "type", s->type);
                json_string(json, "name", s->name);
                json_unsigned(json, "uid", s->uid);
                json_string(json, "user", user_format(s->uid, user));
                json_string(json, "state", "ended");
                json_string(json, "what", s->what);
                json_string(json, "result", s->result);
                if (s->exit_status >= 0)
                        json_signed(json, "exit_status", s->exit_status);
                else
                        json_null(json, "exit_status");
                json_unsigned(json, "created_usec", s->created);
                json_unsigned(json, "ended_usec", s->ended);
                json_unsigned(json, "cpu_nsec", s->cpu_nsec);
                json_unsigned(json, "memory_limit", s->memory_limit);
                json_unsigned(json, "memory_peak", s->memory_peak);
                json_end_object(json);
        }
}

static void print_json(
        const SessionList *l, const EndedSessions *ended, const Arguments *a, FILE *f, usec_t now) {
        Json json = { .stream = f, .pretty = a->json == JSON_PRETTY };

        json_begin_array(&json, NULL);
        for (size_t i = 0; i < l->n_entries; i++) {
                const SessionEntry *e = &l->entries[i];
                char user[USER_NAME_SIZE];

                json_begin_object(&json, NULL);
                json_string(&json, "id", e->id);
                json_string(&json, "type", e->type);
                json_string(&json, "name", e->name);
                json_unsigned(&json, "uid", e->uid);
                json_string(&json, "user", user_format(e->uid, user));
                json_string(&json, "state", e->state);
                json_unsigned(&json, "memory", e->memory);
                json_unsigned(&json, "cpu_nsec", e->cpu_nsec);
                json_unsigned(&json, "tasks", e->tasks);
                json_unsigned(&json, "idle_usec", session_idle(e->last_activity, now));
                json_unsigned(&json, "idle_since_usec", e->idle_since);
                json_string(&json, "idle_reason", strempty(e->idle_reason));
                json_unsigned(&json, "clients", e->clients);
                json_end_object(&json);
        }
        print_ended_json(&json, ended);
        json_end_array(&json);
}

static const char *plural(size_t n) {
        return n == 1 ? "" : "s";
}

static void print_legend(const SessionList *l, const Arguments *a, FILE *f) {
        size_t notebooks = session_list_count(l, SESSION_NOTEBOOK),
               terminals = session_list_count(l, SESSION_TERMINAL);

        if (l->n_entries == 0) {
                fprintf(f, "No sessions.\n");
                return;
        }
        if (l->recommended == 0 || l->n_entries <= l->recommended) {
                fprintf(f, "\n%zu notebook%s, %zu terminal%s", notebooks, plural(notebooks), terminals,
                        plural(terminals));
                if (l->recommended > 0)
                        fprintf(f, "; %" PRIu32 " recommended", l->recommended);
                fprintf(f, ".\n");
                return;
        }
        fprintf(f,
                "\n%s%zu notebook%s, %zu terminal%s: %zu sessions are more than the %" PRIu32
                " recommended. Stop some with 'computectl%s stop ID%s'.%s\n",
                color_warning(), notebooks, plural(notebooks), terminals, plural(terminals), l->n_entries,
                l->recommended, a->user ? " --user" : "", glyph_ellipsis(), color_normal());
}

/* First those that are there, then those that ended. */
static int print_tables(
        const SessionList *list, const EndedSessions *ended, const Arguments *a, FILE *f, usec_t now) {
        int r = 0;

        if (list->n_entries > 0)
                r = print_table(list, a, f, now);
        if (r >= 0 && !a->no_legend)
                print_legend(list, a, f);
        if (r < 0 || ended->n_sessions == 0)
                return r;
        if (!a->no_legend)
                fputs("\nEnded within a day:\n", f);
        return print_ended_table(ended, a, f, now);
}

int verb_list(Client *c, _unused_ char **operands) {
        _cleanup_ended_sessions_ EndedSessions ended = {};
        _cleanup_session_list_ SessionList list = {};
        _cleanup_output_ Output output = {};
        const Arguments *a = c->arguments;
        usec_t now;
        int r;

        r = session_list_fetch(&list, c);
        if (r >= 0 && a->all)
                r = ended_sessions_fetch(&ended, c);
        if (r < 0)
                return r;
        session_list_drop(&list, &ended);
        r = output_begin(&output);
        if (r < 0)
                return log_oom();

        now = now_usec(CLOCK_REALTIME);
        if (a->json != JSON_OFF)
                print_json(&list, &ended, a, output.stream, now);
        else
                r = print_tables(&list, &ended, a, output.stream, now);
        if (r < 0)
                return log_error_errno(r, "Failed to draw the table: %m");
        return output_show(&output, !a->no_pager);
}
