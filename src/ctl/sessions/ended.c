/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads which sessions ended lately. */

#include <stdio.h>

#include "ctl/sessions/ended.h"
#include "ctl/text/format.h"

static void ended_done(EndedSession *s) {
        free(s->id);
        free(s->type);
        free(s->name);
        free(s->what);
        free(s->result);
}

void ended_sessions_done(EndedSessions *e) {
        for (size_t i = 0; i < e->n_sessions; i++)
                ended_done(&e->sessions[i]);
        free(e->sessions);
        *e = (EndedSessions){};
}

static int append(EndedSessions *e, EndedSession *s) {
        EndedSession *grown = NULL;

        if (s->id && s->type && s->name && s->what && s->result)
                grown = reallocarray(e->sessions, e->n_sessions + 1, sizeof(EndedSession));
        if (!grown) {
                ended_done(s);
                return -ENOMEM;
        }
        grown[e->n_sessions++] = *s;
        e->sessions = grown;
        return 0;
}

int ended_sessions_read(EndedSessions *e, sd_bus_message *m) {
        const char *id, *type, *name, *what, *result;
        EndedSession s;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(ssusssittttt)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(ssusssittttt)", &id, &type, &s.uid, &name, &what, &result,
                        &s.exit_status, &s.created, &s.ended, &s.cpu_nsec, &s.memory_limit,
                        &s.memory_peak)) > 0) {
                s.id = strdup(id);
                s.type = strdup(type);
                s.name = strdup(name);
                s.what = strdup(what);
                s.result = strdup(result);
                r = append(e, &s);
                if (r < 0)
                        return r;
        }
        return r;
}

int ended_sessions_fetch(EndedSessions *e, Client *c) {
        _cleanup_bus_error_ sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        int r;

        r = client_connect(c);
        if (r < 0)
                return r;
        r = manager_message(c, "ListEnded", &m);
        if (r >= 0)
                r = sd_bus_call(c->bus, m, CALL_TIMEOUT_USEC, &error, &reply);
        if (r >= 0)
                r = ended_sessions_read(e, reply);
        return r < 0 ? client_report(c, r, &error, "list the sessions that ended") : 0;
}

const char *ended_memory_format(const EndedSession *s, char ret[MEMORY_SIZE]) {
        char limit[BYTES_SIZE], peak[BYTES_SIZE];
        bool has_limit = s->memory_limit != UINT64_MAX, has_peak = s->memory_peak != UINT64_MAX;

        (void) bytes_format(s->memory_limit, limit);
        (void) bytes_format(s->memory_peak, peak);
        (void) snprintf(ret, MEMORY_SIZE, "%s%s%s%s%s", has_limit ? "limit " : "", has_limit ? limit : "",
                has_limit && has_peak ? ", " : "", has_peak ? "peak " : "", has_peak ? peak : "");
        return ret[0] ? ret : strcpy(ret, "-");
}
