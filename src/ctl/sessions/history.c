/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What happened to sessions. */

#include <inttypes.h>
#include <stdio.h>

#include "ctl/sessions/history.h"
#include "ctl/sessions/journal.h"
#include "ctl/text/format.h"
#include "shared/message-ids.h"
#include "shared/parse.h"

#define EVENT_STARTED      "started"
#define EVENT_ENDED        "ended"
#define EVENT_STOP         "stop requested"
#define EVENT_REFUSED      "refused"
#define EVENT_AUTHORIZED   "authorized"
#define EVENT_START_FAILED "start failed"
#define EVENT_INTERRUPTED  "interrupted"
#define EVENT_RESTART      "restart requested"
#define EVENT_CRASHED      "crashed"
#define EVENT_OOM_KILLED   "out of memory"
#define EVENT_PRESSURE     "short of memory"
#define EVENT_FROZEN       "frozen"
#define EVENT_THAWED       "thawed"
#define EVENT_LIMITS       "limits changed"
#define EVENT_PURGED       "outputs purged"

static const struct {
        const char *message_id;
        const char *event;
} events[] = {
        { MESSAGE_SESSION_START, EVENT_STARTED },
        { MESSAGE_SESSION_END, EVENT_ENDED },
        { MESSAGE_STOP_REQUESTED, EVENT_STOP },
        { MESSAGE_REQUEST_REFUSED, EVENT_REFUSED },
        { MESSAGE_REQUEST_AUTHORIZED, EVENT_AUTHORIZED },
        { MESSAGE_START_FAILED, EVENT_START_FAILED },
        { MESSAGE_KEEPER_LOST, "keeper lost" },
        { MESSAGE_KERNEL_INTERRUPTED, EVENT_INTERRUPTED },
        { MESSAGE_RESTART_REQUESTED, EVENT_RESTART },
        { MESSAGE_KERNEL_CRASHED, EVENT_CRASHED },
        { MESSAGE_KERNEL_RESTARTED, "restarted" },
        { MESSAGE_KERNEL_WATCHED, "watched" },
        { MESSAGE_OOM_KILLED, EVENT_OOM_KILLED },
        { MESSAGE_MEMORY_PRESSURE, EVENT_PRESSURE },
        { MESSAGE_SESSION_FROZEN, EVENT_FROZEN },
        { MESSAGE_SESSION_THAWED, EVENT_THAWED },
        { MESSAGE_ENTRIES_LOST, "entries lost" },
        { MESSAGE_LIMITS_CHANGED, EVENT_LIMITS },
        { MESSAGE_OUTPUTS_PURGED, EVENT_PURGED },
};

static const struct {
        const char *name; /* in the journal */
        const char *key;  /* in JSON */
        bool number;
} fields[_HISTORY_FIELD_MAX] = {
        [HISTORY_ID] = { "SESSION_ID", "id", false },
        [HISTORY_TYPE] = { "SESSION_TYPE", "type", false },
        [HISTORY_NAME] = { "SESSION_NAME", "name", false },
        [HISTORY_UID] = { "USER_ID", "uid", true },
        [HISTORY_UNIT] = { "UNIT", "unit", false },
        [HISTORY_KEEPER_UNIT] = { "KEEPER_UNIT", "keeper_unit", false },
        [HISTORY_NOTEBOOK] = { "NOTEBOOK", "notebook", false },
        [HISTORY_RESULT] = { "RESULT", "result", false },
        [HISTORY_EXIT_CODE] = { "EXIT_CODE", "exit_code", false },
        [HISTORY_EXIT_STATUS] = { "EXIT_STATUS", "exit_status", true },
        [HISTORY_CPU_NSEC] = { "CPU_USAGE_NSEC", "cpu_nsec", true },
        [HISTORY_DURATION_USEC] = { "DURATION_USEC", "duration_usec", true },
        [HISTORY_MEMORY_LIMIT] = { "MEMORY_LIMIT", "memory_limit", true },
        [HISTORY_MEMORY_PEAK] = { "MEMORY_PEAK", "memory_peak", true },
        [HISTORY_OOM_PID] = { "OOM_PID", "oom_pid", true },
        [HISTORY_OOM_COMMAND] = { "OOM_COMMAND", "oom_command", false },
        [HISTORY_LEVEL] = { "LEVEL", "level", false },
        [HISTORY_ACTOR_UID] = { "ACTOR_UID", "actor_uid", true },
        [HISTORY_ACTOR_LOGIN_UID] = { "ACTOR_LOGIN_UID", "actor_login_uid", true },
        [HISTORY_ENDED_WITH] = { "ENDED_WITH", "ended_with", false },
        [HISTORY_METHOD] = { "METHOD", "method", false },
        [HISTORY_ACTION] = { "ACTION", "action", false },
        [HISTORY_LIMITS] = { "LIMITS", "limits", false },
        [HISTORY_REASON] = { "REASON", "reason", false },
        [HISTORY_MESSAGE] = { "MESSAGE", "message", false },
};

int history_add_matches(sd_journal *j) {
        char match[64];
        int r;

        for (size_t i = 0; i < ELEMENTSOF(events); i++) {
                snprintf(match, sizeof(match), "MESSAGE_ID=%s", events[i].message_id);
                r = sd_journal_add_match(j, match, 0);
                if (r < 0)
                        return r;
        }
        return 0;
}

int history_entry_read(HistoryEntry *e, sd_journal *j) {
        _cleanup_free_ char *message_id = NULL;
        int r;

        r = sd_journal_get_realtime_usec(j, &e->time);
        if (r < 0)
                return r;
        r = journal_get_field(j, "MESSAGE_ID", &message_id);
        if (r < 0)
                return r;
        e->event = "unknown";
        for (size_t i = 0; i < ELEMENTSOF(events); i++)
                if (streq(events[i].message_id, message_id))
                        e->event = events[i].event;
        for (size_t i = 0; i < _HISTORY_FIELD_MAX; i++) {
                r = journal_get_field(j, fields[i].name, &e->fields[i]);
                if (r < 0 && r != -ENOENT)
                        return r;
        }
        return 0;
}

void history_entry_done(HistoryEntry *e) {
        for (size_t i = 0; i < _HISTORY_FIELD_MAX; i++)
                free(e->fields[i]);
        *e = (HistoryEntry){};
}

static uint64_t get_number(const HistoryEntry *e, HistoryField field) {
        uint64_t number;

        return e->fields[field] && parse_uint64(e->fields[field], &number) >= 0 ? number : UINT64_MAX;
}

const char *history_entry_user(const HistoryEntry *e, HistoryField field, char *ret, size_t size) {
        uint64_t uid = get_number(e, field);
        char name[USER_NAME_SIZE] = "";

        if (uid < UINT32_MAX)
                (void) user_format((uid_t) uid, name);
        snprintf(ret, size, "%s", name);
        return ret;
}

static char *describe_end(const HistoryEntry *e) {
        uint64_t status = get_number(e, HISTORY_EXIT_STATUS),
                 duration = get_number(e, HISTORY_DURATION_USEC), cpu = get_number(e, HISTORY_CPU_NSEC),
                 peak = get_number(e, HISTORY_MEMORY_PEAK);
        char how[RESULT_SIZE], span[TIME_SPAN_SIZE], cpu_time[TIME_SPAN_SIZE], bytes[BYTES_SIZE];
        char *text = NULL;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        fputs(result_format(
                      strempty(e->fields[HISTORY_RESULT]), status <= INT32_MAX ? (int) status : -1, how),
                f);
        if (duration != UINT64_MAX)
                fprintf(f, ", after %s", span_format(duration, span));
        if (cpu != UINT64_MAX)
                fprintf(f, ", %s CPU", cpu_format(cpu, cpu_time));
        if (peak != UINT64_MAX)
                fprintf(f, ", %s memory", bytes_format(peak, bytes));
        if (e->fields[HISTORY_ENDED_WITH])
                fprintf(f, ", with %s", e->fields[HISTORY_ENDED_WITH]);
        if (fclose(f) != 0) {
                free(text);
                return NULL;
        }
        return text;
}

/* "root (logged in as alice)". */
#define ACTOR_SIZE (2 * USER_NAME_SIZE + 32)
static void describe_actor(const HistoryEntry *e, char ret[ACTOR_SIZE]) {
        char actor[USER_NAME_SIZE], login[USER_NAME_SIZE];

        (void) history_entry_user(e, HISTORY_ACTOR_UID, actor, sizeof(actor));
        (void) history_entry_user(e, HISTORY_ACTOR_LOGIN_UID, login, sizeof(login));
        snprintf(ret, ACTOR_SIZE, "%s%s%s%s", actor, login[0] ? " (logged in as " : "", login,
                login[0] ? ")" : "");
}

/* "by alice", "by alice (Attach)"; without a method somebody asked systemd itself. */
static char *describe_freezing(const char *method, const char *actor) {
        bool plain = streq(method, "Freeze") || streq(method, "Thaw");
        char *text;

        if (isempty(method))
                return strdup("through systemd");
        return asprintf(&text, plain ? "by %s" : "by %s (%s)", actor, method) < 0 ? NULL : text;
}

/* "python3 (1234), 1.0G of 1.0G memory"; "critical, 900M of 1.0G memory". */
static char *describe_want_of_memory(const HistoryEntry *e) {
        uint64_t pid = get_number(e, HISTORY_OOM_PID), peak = get_number(e, HISTORY_MEMORY_PEAK),
                 limit = get_number(e, HISTORY_MEMORY_LIMIT);
        char used[BYTES_SIZE], of[BYTES_SIZE], *text = NULL;
        size_t size;
        FILE *f;

        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        if (e->fields[HISTORY_LEVEL])
                fputs(e->fields[HISTORY_LEVEL], f);
        else if (pid != UINT64_MAX)
                fprintf(f, "%s (%" PRIu64 ")",
                        isempty(e->fields[HISTORY_OOM_COMMAND]) ? "a process"
                                                                : e->fields[HISTORY_OOM_COMMAND],
                        pid);
        else
                fputs("a process", f);
        if (peak != UINT64_MAX && limit != UINT64_MAX)
                fprintf(f, ", %s of %s memory", bytes_format(peak, used), bytes_format(limit, of));
        else if (peak != UINT64_MAX)
                fprintf(f, ", %s memory", bytes_format(peak, used));
        if (fclose(f) != 0) {
                free(text);
                return NULL;
        }
        return text;
}

char *history_entry_detail(const HistoryEntry *e) {
        const char *method = strempty(e->fields[HISTORY_METHOD]), *dot = strrchr(method, '.');
        char actor[ACTOR_SIZE], *text = NULL;

        describe_actor(e, actor);
        if (dot)
                method = dot + 1;
        if (streq(e->event, EVENT_STARTED))
                return strdup(strempty(e->fields[HISTORY_NOTEBOOK]));
        if (streq(e->event, EVENT_ENDED) || streq(e->event, EVENT_CRASHED))
                return describe_end(e);
        if (streq(e->event, EVENT_OOM_KILLED) || streq(e->event, EVENT_PRESSURE))
                return describe_want_of_memory(e);
        if (streq(e->event, EVENT_FROZEN) || streq(e->event, EVENT_THAWED))
                return describe_freezing(method, actor);
        if (streq(e->event, EVENT_INTERRUPTED) || streq(e->event, EVENT_RESTART) ||
                streq(e->event, EVENT_PURGED))
                return asprintf(&text, "by %s", actor) < 0 ? NULL : text;
        if (streq(e->event, EVENT_LIMITS))
                return asprintf(&text, "%s, by %s", strempty(e->fields[HISTORY_LIMITS]), actor) < 0 ? NULL
                                                                                                    : text;
        if (streq(e->event, EVENT_STOP))
                return asprintf(&text, "%sby %s", startswith(method, "Kill") ? "signal sent " : "", actor) <
                                0
                        ? NULL
                        : text;
        if (streq(e->event, EVENT_REFUSED))
                return asprintf(&text, "%s, asked by %s", method, actor) < 0 ? NULL : text;
        if (streq(e->event, EVENT_AUTHORIZED))
                return asprintf(&text, "%s, by %s (%s)", method, actor,
                               strempty(e->fields[HISTORY_ACTION])) < 0
                        ? NULL
                        : text;
        if (streq(e->event, EVENT_START_FAILED))
                return strdup(strempty(e->fields[HISTORY_REASON]));
        return strdup(strempty(e->fields[HISTORY_MESSAGE]));
}

void history_entry_json(const HistoryEntry *e, Json *j) {
        char user[USER_NAME_SIZE];

        json_begin_object(j, NULL);
        json_unsigned(j, "time", e->time);
        json_string(j, "event", e->event);
        for (HistoryField i = 0; i < _HISTORY_FIELD_MAX; i++) {
                if (fields[i].number)
                        json_unsigned(j, fields[i].key, get_number(e, i));
                else
                        json_string(j, fields[i].key, e->fields[i]);
                if (i == HISTORY_UID)
                        json_string(j, "user",
                                e->fields[i] ? history_entry_user(e, i, user, sizeof(user)) : NULL);
        }
        json_end_object(j);
}
