/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stops what nobody uses. */

#include <stdlib.h>

#include "ctl/sessions/each-session.h"
#include "ctl/text/json.h"
#include "ctl/text/output.h"
#include "ctl/text/table.h"
#include "ctl/verbs/stop-unused.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"

typedef struct Verdicts {
        char **rows; /* id, what became of it, why; and again */
        char **stopped;
} Verdicts;

static void verdicts_done(Verdicts *v) {
        strv_free(v->rows);
        strv_free(v->stopped);
}

static int ask(Client *c, sd_bus_error *error, sd_bus_message **ret) {
        const Arguments *a = c->arguments;
        _cleanup_message_ sd_bus_message *m = NULL;
        int r;

        r = manager_message(c, "StopUnusedSessions", &m);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0 && a->unused_for > 0)
                r = sd_bus_message_append(m, "{sv}", "IdleSec", "t", a->unused_for / USEC_PER_SEC);
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}", "DryRun", "b", (int) a->dry_run);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : sd_bus_call(c->bus, m, CALL_TIMEOUT_USEC, error, ret);
}

static int read_verdicts(sd_bus_message *m, Verdicts *v) {
        const char *id, *what, *why;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(sss)");
        while (r >= 0 && (r = sd_bus_message_read(m, "(sss)", &id, &what, &why)) > 0) {
                r = strv_extend(&v->rows, id);
                if (r >= 0)
                        r = strv_extend(&v->rows, what);
                if (r >= 0)
                        r = strv_extend(&v->rows, why);
                if (r >= 0 && streq(what, "stopped"))
                        r = strv_extend(&v->stopped, id);
        }
        return MIN(r, 0);
}

static int print_rows(const Verdicts *v, const Arguments *a, FILE *f) {
        static const TableColumn columns[] = { { .name = "ID" }, { .name = "WHAT" },
                { .name = "WHY", .shrink = true } };
        _cleanup_table_ Table *table = table_new(columns, ELEMENTSOF(columns));
        int r;

        if (!table)
                return -ENOMEM;
        for (char **row = v->rows; row && *row; row += 3) {
                bool would = a->dry_run && streq(row[1], "stopped");
                const char *cells[] = { row[0], would ? "would be stopped" : row[1], row[2] };

                r = table_add(table, cells);
                if (r < 0)
                        return r;
        }
        return table_print(table, f, a->full ? 0 : output_columns(), !a->no_legend);
}

static void print_json(const Verdicts *v, const Arguments *a, FILE *f) {
        Json json = { .stream = f, .pretty = a->json == JSON_PRETTY };

        json_begin_array(&json, NULL);
        for (char **row = v->rows; row && *row; row += 3) {
                json_begin_object(&json, NULL);
                json_string(&json, "id", row[0]);
                json_string(&json, "what", row[1]);
                json_string(&json, "why", row[2]);
                json_end_object(&json);
        }
        json_end_array(&json);
}

static int show(const Verdicts *v, const Arguments *a) {
        _cleanup_output_ Output output = {};
        int r;

        r = output_begin(&output);
        if (r < 0)
                return log_oom();
        if (a->json != JSON_OFF)
                print_json(v, a, output.stream);
        else if (!v->rows)
                fputs("No sessions.\n", output.stream);
        else
                r = print_rows(v, a, output.stream);
        if (r < 0)
                return log_error_errno(r, "Failed to draw the table: %m");
        return output_show(&output, !a->no_pager);
}

/* The service was asked already: this waits. What has ended meanwhile is what was wanted. */
static int wait_for_ends(Client *c, char **ids) {
        size_t n = strv_length(ids);
        _cleanup_free_ Call *calls = calloc(n + 1, sizeof(Call));
        int result = 0, r;

        if (!calls)
                return log_oom();
        for (size_t i = 0; i < n; i++) {
                _cleanup_message_ sd_bus_message *m = NULL;

                calls[i] = (Call) CALL_NULL;
                r = manager_message(c, "StopSession", &m);
                if (r >= 0)
                        r = sd_bus_message_append(m, "s", ids[i]);
                if (r < 0)
                        calls[i].result = r;
                else {
                        call_send(c, &calls[i], m, STOP_TIMEOUT_USEC);
                        (void) calls_wait_room(c, calls, i + 1);
                }
        }
        (void) calls_wait(c, calls, n);
        for (size_t i = 0; i < n; i++) {
                if (calls[i].result < 0 && !sd_bus_error_has_name(&calls[i].error, ERROR_NO_SUCH_SESSION))
                        result = client_report(c, calls[i].result, &calls[i].error, "stop %s", ids[i]);
                call_done(&calls[i]);
        }
        return result;
}

int stop_unused(Client *c) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_(verdicts_done) Verdicts verdicts = {};
        int r, shown;

        r = client_connect(c);
        if (r < 0)
                return r;
        r = ask(c, &error, &reply);
        if (r >= 0)
                r = read_verdicts(reply, &verdicts);
        if (r < 0)
                return client_report(c, r, &error, "stop unused sessions");
        r = c->arguments->dry_run ? 0 : wait_for_ends(c, verdicts.stopped);
        shown = c->arguments->quiet ? 0 : show(&verdicts, c->arguments);
        return r < 0 ? r : shown;
}
