/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Processes of a session that have left its scope. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/bus/properties.h"
#include "ctl/sessions/outside.h"
#include "shared/ids.h"
#include "shared/names.h"
#include "shared/process.h"
#include "shared/text.h"

#define COMMAND_MAX 256U

int outside_read(OutsideProcesses *o, sd_bus_message *m) {
        const char *command, *unit;
        uint32_t pid;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(uss)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(uss)", &pid, &command, &unit)) > 0) {
                OutsideProcess *grown = reallocarray(o->items, o->n + 1, sizeof(*grown));

                if (!grown)
                        return -ENOMEM;
                o->items = grown;
                grown[o->n] = (OutsideProcess){
                        .command = text_sanitize(command, COMMAND_MAX),
                        .unit = text_sanitize(unit, COMMAND_MAX),
                        .pid = pid,
                        .fd = process_open((pid_t) pid),
                };
                o->n++;
                if (!grown[o->n - 1].command || !grown[o->n - 1].unit)
                        return -ENOMEM;
        }
        return r;
}

int outside_fetch(OutsideProcesses *o, Client *c, const char *id) {
        _cleanup_message_ sd_bus_message *reply = NULL, *m = NULL;
        char path[BUS_PATH_SIZE];
        int r;

        session_bus_path(id, path);
        r = object_message(c, path, SESSION_INTERFACE, "GetOutsideProcesses", &m);
        if (r >= 0)
                r = sd_bus_call(c->bus, m, CALL_TIMEOUT_USEC, NULL, &reply);
        return r < 0 ? r : outside_read(o, reply);
}

static void forget(OutsideProcess *p) {
        free(p->command);
        free(p->unit);
        (void) safe_close(p->fd);
}

void outside_forget_ended(OutsideProcesses *o) {
        size_t kept = 0;

        for (size_t i = 0; i < o->n; i++)
                if (o->items[i].fd >= 0 && process_has_ended(o->items[i].fd) == 0)
                        o->items[kept++] = o->items[i];
                else
                        forget(&o->items[i]);
        o->n = kept;
}

void outside_done(OutsideProcesses *o) {
        for (size_t i = 0; i < o->n; i++)
                forget(&o->items[i]);
        free(o->items);
        *o = (OutsideProcesses){};
}

/* Has an earlier one of them named this unit already? */
static bool is_told(const OutsideProcesses *o, size_t i) {
        for (size_t k = 0; k < i; k++)
                if (streq(o->items[k].unit, o->items[i].unit))
                        return true;
        return false;
}

/* All that are in the unit of the first. */
static void describe_unit(const OutsideProcesses *o, size_t first, FILE *f) {
        const char *unit = o->items[first].unit, *separator = ": ";
        size_t n = 0;

        for (size_t i = first; i < o->n; i++)
                n += streq(o->items[i].unit, unit);
        fprintf(f, "%zu process%s in %s", n, n == 1 ? "" : "es", unit[0] ? unit : "no unit");
        for (size_t i = first; i < o->n; i++) {
                if (!streq(o->items[i].unit, unit))
                        continue;
                fprintf(f, "%s%s (%" PRIu32 ")", separator, o->items[i].command, o->items[i].pid);
                separator = ", ";
        }
}

char *outside_describe(const OutsideProcesses *o) {
        char *text = NULL;
        size_t size;
        FILE *f;

        if (o->n == 0)
                return NULL;
        f = open_memstream(&text, &size);
        if (!f)
                return NULL;
        for (size_t i = 0; i < o->n; i++) {
                if (is_told(o, i))
                        continue;
                if (i > 0)
                        fputs("; ", f);
                describe_unit(o, i, f);
        }
        if (fclose(f) != 0) {
                free(text);
                return NULL;
        }
        return text;
}
