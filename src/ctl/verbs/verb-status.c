/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* computectl status: everything about sessions that a person wants to know. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "ctl/bus/properties.h"
#include "ctl/sessions/ended.h"
#include "ctl/sessions/journal.h"
#include "ctl/sessions/outside.h"
#include "ctl/sessions/process-tree.h"
#include "ctl/sessions/resolve.h"
#include "ctl/sessions/sessions.h"
#include "ctl/sessions/show.h"
#include "ctl/text/format.h"
#include "ctl/text/output.h"
#include "ctl/verbs/verbs.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/parse.h"
#include "shared/text.h"

#define LINES_SHOWN 10
#define LABEL_WIDTH 17
#define TREE_PREFIX "                   "

/* "      Label: text", with what could harm a terminal replaced. Nothing if the text is empty. */
static void _printf_(3, 4) print_field(FILE *f, const char *label, const char *format, ...) {
        _cleanup_free_ char *raw = NULL, *text = NULL;
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(&raw, format, arguments);
        va_end(arguments);
        if (n <= 0)
                return;
        text = text_sanitize(raw, (size_t) n);
        fprintf(f, "%*s: %s\n", LABEL_WIDTH, label, strempty(text));
}

static const char *state_color(const SessionProperties *p) {
        if (streq_null(p->state, "running"))
                return color_good();
        return streq_null(p->state, "closing") ? color_warning() : color_normal();
}

static void print_title(FILE *f, const SessionProperties *p, const char *id) {
        _cleanup_free_ char *type = text_sanitize(strempty(p->type), 64),
                            *name = text_sanitize(strempty(p->name), SESSION_NAME_MAX);

        if (type && type[0] >= 'a' && type[0] <= 'z')
                type[0] = (char) (type[0] - 'a' + 'A');
        fprintf(f, "%s%s%s %s - %s %s\n", state_color(p), glyph_bullet(), color_normal(), id, strempty(type),
                strempty(name));
}

/* The arguments, so that one can see where one ends. */
static void print_command(FILE *f, char **command) {
        _cleanup_free_ char *line = NULL;
        size_t size;
        FILE *s = open_memstream(&line, &size);

        if (!s)
                return;
        for (char **word = command; word && *word; word++)
                fprintf(s, strpbrk(*word, " \t\n'\"") || !(*word)[0] ? "%s\"%s\"" : "%s%s",
                        word == command ? "" : " ", *word);
        if (fclose(s) == 0)
                print_field(f, "Command", "%s", line);
}

/* "busy for 3min 12s, 14 executions, 1 restart". */
static void print_kernel_state(FILE *f, const SessionProperties *p, usec_t now) {
        char span[TIME_SPAN_SIZE], lasting[TIME_SPAN_SIZE + 8] = "", restarts[64] = "";

        if (isempty(p->kernel_state))
                return;
        if (p->restarts > 0)
                (void) snprintf(restarts, sizeof(restarts), ", %" PRIu32 " restart%s", p->restarts,
                        p->restarts == 1 ? "" : "s");
        if (p->kernel_state_since > 0 && p->kernel_state_since <= now) {
                usec_t since = now - p->kernel_state_since;

                if (since >= USEC_PER_SEC)
                        (void) snprintf(lasting, sizeof(lasting), " for %s",
                                span_format(since - since % USEC_PER_SEC, span));
                print_field(f, "Kernel state", "%s%s, %" PRIu32 " execution%s%s", p->kernel_state, lasting,
                        p->execution_count, p->execution_count == 1 ? "" : "s", restarts);
        } else
                print_field(f, "Kernel state", "%s%s", p->kernel_state, restarts);
}

static void print_identity(FILE *f, const SessionProperties *p, const ProcessTree *tree, usec_t now) {
        const char *leader = process_tree_command(tree, p->leader);
        char timestamp[TIMESTAMP_SIZE], ago[AGO_SIZE], user[USER_NAME_SIZE];

        if (p->created > 0)
                print_field(f, "Since", "%s; %s", timestamp_format(p->created, timestamp),
                        ago_format(p->created, now, ago));
        print_field(f, "User", "%s (%" PRIu32 ")", user_format(p->user, user), p->user);
        print_field(f, "State",
                isempty(p->freezer_state) || streq(p->freezer_state, "running") ? "%s" : "%s, %s",
                strempty(p->state), strempty(p->freezer_state));
        if (!isempty(p->result)) {
                char result[RESULT_SIZE];

                print_field(f, "Result", "%s", result_format(p->result, p->exit_status, result));
        }
        if (p->leader > 0)
                print_field(f, "Leader", leader ? "%" PRIu32 " (%s)" : "%" PRIu32, p->leader, leader);
        print_field(f, "Notebook", "%s", strempty(p->notebook));
        print_field(f, "Kernel", "%s", strempty(p->kernel_name));
        print_kernel_state(f, p, now);
        if (streq_null(p->type, "notebook"))
                print_field(f, "Outputs", p->record_outputs ? "kept" : "not kept");
        print_field(f, "Connection file", "%s", strempty(p->connection_file));
        print_field(f, "Working dir", "%s", strempty(p->working_directory));
        print_command(f, p->command);
}

/* What "keep", "stop" and "5000000us" mean. */
static void print_on_detach(FILE *f, const char *word) {
        char span[TIME_SPAN_SIZE];
        usec_t usec;

        if (parse_time_span(strempty(word), &usec) >= 0)
                print_field(f, "On detach", "stop after %s", span_format(usec, span));
        else
                print_field(f, "On detach", "%s", strempty(word));
}

static void print_terminal(FILE *f, const SessionProperties *p) {
        if (p->rows == 0)
                return;
        print_field(f, "Title", "%s", strempty(p->title));
        if (!isempty(p->foreground))
                print_field(f, "Foreground", isempty(p->foreground_directory) ? "%s%s" : "%s in %s",
                        p->foreground, strempty(p->foreground_directory));
        print_field(f, "Size", "%" PRIu32 "x%" PRIu32, p->columns, p->rows);
        print_field(f, "Clients", "%" PRIu32, p->clients);
        print_on_detach(f, p->on_detach);
}

/* "12 of 4915", "120.3M of 2.0G (high: 1.5G, swap: 0B)": what is used, and what at most may be. */
static void print_counts(FILE *f, const SessionProperties *p) {
        const uint64_t *limits = p->limits;
        char used[BYTES_SIZE], most[BYTES_SIZE + 8] = "", more[2 * BYTES_SIZE + 32] = "", limit[BYTES_SIZE];
        size_t n = 0;

        if (limits[LIMIT_TASKS_MAX] != LIMIT_NONE)
                snprintf(most, sizeof(most), " of %" PRIu64, limits[LIMIT_TASKS_MAX]);
        if (p->tasks != UINT64_MAX || most[0])
                print_field(f, "Tasks", "%s%s", number_format(p->tasks, used), most);
        most[0] = 0;
        if (limits[LIMIT_MEMORY_MAX] != LIMIT_NONE)
                snprintf(most, sizeof(most), " of %s", bytes_format(limits[LIMIT_MEMORY_MAX], limit));
        if (limits[LIMIT_MEMORY_HIGH] != LIMIT_NONE)
                n += (size_t) snprintf(
                        more, sizeof(more), " (high: %s", bytes_format(limits[LIMIT_MEMORY_HIGH], limit));
        if (limits[LIMIT_MEMORY_SWAP_MAX] != LIMIT_NONE)
                n += (size_t) snprintf(more + n, sizeof(more) - n, "%sswap: %s", n > 0 ? ", " : " (",
                        bytes_format(limits[LIMIT_MEMORY_SWAP_MAX], limit));
        if (p->memory != UINT64_MAX || most[0] || n > 0)
                print_field(f, "Memory", "%s%s%s%s", bytes_format(p->memory, used), most, more,
                        n > 0 ? ")" : "");
}

/* "3.1s (quota: 50%, weight: 200)". */
static void print_cpu(FILE *f, const SessionProperties *p) {
        char span[TIME_SPAN_SIZE], quota[LIMIT_SIZE] = "", weight[LIMIT_SIZE] = "";

        if (p->limits[LIMIT_CPU_QUOTA] != LIMIT_NONE)
                (void) limit_format(LIMIT_CPU_QUOTA, p->limits[LIMIT_CPU_QUOTA], quota);
        (void) limit_format(LIMIT_CPU_WEIGHT, p->limits[LIMIT_CPU_WEIGHT], weight);
        if (p->cpu_nsec == UINT64_MAX && !quota[0] && !weight[0])
                return;
        print_field(f, "CPU", "%s%s%s%s%s%s%s", cpu_format(p->cpu_nsec, span),
                quota[0] || weight[0] ? " (" : "", quota[0] ? "quota: " : "", quota,
                quota[0] && weight[0] ? ", weight: "
                        : weight[0]   ? "weight: "
                                      : "",
                weight, quota[0] || weight[0] ? ")" : "");
}

/* "3h 2min (waiting for input)", or "no (its kernel is busy)". */
static void print_idleness(FILE *f, const SessionProperties *p, usec_t now) {
        const char *why = idle_reason_text(p->idle_reason);
        usec_t idle = session_idle(p->idle_since, now);
        char span[TIME_SPAN_SIZE];

        if (idle != USEC_INFINITY)
                print_field(f, "Idle", "%s%s%s%s",
                        p->idle_since == 0 ? "no" : span_format(idle - idle % USEC_PER_SEC, span),
                        why[0] ? " (" : "", why, why[0] ? ")" : "");
}

static void print_use(FILE *f, const SessionProperties *p, usec_t now) {
        char bytes[BYTES_SIZE], written[BYTES_SIZE], weight[LIMIT_SIZE];

        print_idleness(f, p, now);
        print_counts(f, p);
        print_cpu(f, p);
        (void) limit_format(LIMIT_IO_WEIGHT, p->limits[LIMIT_IO_WEIGHT], weight);
        if (p->io_read != UINT64_MAX && p->io_write != UINT64_MAX)
                print_field(f, "IO", "%s read, %s written%s%s%s", bytes_format(p->io_read, bytes),
                        bytes_format(p->io_write, written), weight[0] ? " (weight: " : "", weight,
                        weight[0] ? ")" : "");
}

/* "2 processes killed, last python3 (1234) 3min ago". */
static void print_oom_kills(FILE *f, const SessionProperties *p, usec_t now) {
        char ago[AGO_SIZE], who[64] = "", when[AGO_SIZE + 8] = "";

        if (p->oom_kills == 0 || p->oom_kills == UINT64_MAX)
                return;
        if (p->oom_pid > 0)
                (void) snprintf(who, sizeof(who), " %.32s (%" PRIu32 ")",
                        isempty(p->oom_command) ? "a process" : p->oom_command, p->oom_pid);
        if (p->last_oom_kill > 0)
                (void) snprintf(when, sizeof(when), " %s", ago_format(p->last_oom_kill, now, ago));
        print_field(f, "Out of memory", "%" PRIu64 " process%s killed%s%s%s", p->oom_kills,
                p->oom_kills == 1 ? "" : "es", who[0] || when[0] ? ", last" : "", who, when);
}

/* What it lacks: "high; in the last 10s waited 12.30% for memory, 0.00% for CPU, 0.00% for IO". */
static void print_want(FILE *f, const SessionProperties *p, usec_t now) {
        char bytes[BYTES_SIZE];

        if (p->memory_peak != UINT64_MAX)
                print_field(f, "Memory peak", "%s", bytes_format(p->memory_peak, bytes));
        if (p->swap != UINT64_MAX)
                print_field(f, "Swap", "%s", bytes_format(p->swap, bytes));
        if (p->memory_avg10 != UINT64_MAX && p->cpu_avg10 != UINT64_MAX && p->io_avg10 != UINT64_MAX)
                print_field(f, "Waited", "%.2f%% for memory, %.2f%% for CPU, %.2f%% for IO, of the last 10s",
                        (double) p->memory_avg10 / 100, (double) p->cpu_avg10 / 100,
                        (double) p->io_avg10 / 100);
        if (!isempty(p->memory_pressure) && !streq(p->memory_pressure, "none"))
                print_field(f, "Memory pressure", "%s", p->memory_pressure);
        print_oom_kills(f, p, now);
}

/* How it ended, if that was lately. Returns whether it was. */
static bool tell_ended(Client *c, const char *id) {
        _cleanup_ended_sessions_ EndedSessions ended = {};
        char result[RESULT_SIZE], ago[AGO_SIZE];

        if (ended_sessions_fetch(&ended, c) < 0)
                return false;
        for (size_t i = 0; i < ended.n_sessions; i++) {
                const EndedSession *e = &ended.sessions[i];

                if (!streq(e->id, id))
                        continue;
                log_error("Session %s ended %s: %s; see also 'computectl list --all'.", id,
                        ago_format(e->ended, now_usec(CLOCK_REALTIME), ago),
                        result_format(e->result, e->exit_status, result));
                return true;
        }
        return false;
}

static void print_at_logout(FILE *f, const char *keep_user) {
        if (keep_user && streq(keep_user, "off"))
                print_field(f, "At logout",
                        "runtime directory, bus, /dev/shm files and IPC are removed (KeepUser=off)");
        else if (keep_user && streq(keep_user, "linger"))
                print_field(f, "At logout", "everything stays (the user lingers)");
}

/* What usage and limits above do not cover. */
static void print_outside(FILE *f, Client *c, const char *id) {
        _cleanup_outside_ OutsideProcesses outside = {};
        _cleanup_free_ char *text = NULL;
        int r = outside_fetch(&outside, c, id);

        if (r < 0) {
                log_debug_errno(r, "Failed to learn which processes of %s have left its scope: %m", id);
                return;
        }
        text = outside_describe(&outside);
        if (text)
                print_field(f, "Outside", "%s (not counted, not limited)", text);
}

static int show_status(Client *c, const char *id, FILE *f) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        _cleanup_session_properties_ SessionProperties p = SESSION_PROPERTIES_NULL;
        _cleanup_(process_tree_done) ProcessTree tree = {};
        const Arguments *a = c->arguments;
        size_t width = a->full ? 0 : output_columns();
        char path[BUS_PATH_SIZE];
        usec_t now;
        int r;

        session_bus_path(id, path);
        r = client_connect(c);
        if (r < 0)
                return r;
        r = properties_message(c, path, SESSION_INTERFACE, &m);
        if (r >= 0)
                r = sd_bus_call(c->bus, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = session_properties_read(&p, reply);
        if (r < 0 && client_error_is_gone(&error) && tell_ended(c, id))
                return r;
        if (r < 0)
                return client_report(c, r, &error, "show %s", id);
        if (!isempty(p.unit)) {
                r = process_tree_fetch(&tree, c, p.unit);
                if (r < 0)
                        log_debug_errno(r, "Failed to learn the processes of %s: %m", id);
        }

        now = now_usec(CLOCK_REALTIME);
        print_title(f, &p, id);
        print_identity(f, &p, &tree, now);
        print_terminal(f, &p);
        print_use(f, &p, now);
        print_outside(f, c, id);
        print_want(f, &p, now);
        print_at_logout(f, p.keep_user);
        print_field(f, "Keeper", "%s", strempty(p.keeper_unit));
        print_field(f, "Unit", "%s", strempty(p.unit));
        process_tree_print(&tree, f, TREE_PREFIX, width);
        r = journal_print_session(f, a, id, a->lines == LINES_DEFAULT ? LINES_SHOWN : a->lines, width);
        if (r < 0)
                log_debug_errno(r, "Failed to read the journal: %m");
        return 0;
}

static int show_all(Client *c, char **words, FILE *f) {
        int result = 0, r;

        if (c->arguments->json != JSON_OFF)
                return show_sessions(c, words, f);
        for (char **word = words; *word; word++) {
                char id[SESSION_ID_MAX];

                r = session_resolve(c, *word, id);
                if (r >= 0) {
                        if (word != words)
                                fputc('\n', f);
                        r = show_status(c, id, f);
                }
                if (r < 0)
                        result = r;
        }
        return result;
}

int verb_status(Client *c, char **operands) {
        _cleanup_output_ Output output = {};
        char own[SESSION_ID_MAX];
        char *own_words[] = { own, NULL };
        int r, q;

        if (!operands[0]) {
                r = session_resolve_own(c, own);
                if (r < 0)
                        return r;
                operands = own_words;
        }
        r = output_begin(&output);
        if (r < 0)
                return log_oom();
        r = show_all(c, operands, output.stream);
        q = output_show(&output, !c->arguments->no_pager);
        return r < 0 ? r : q;
}
