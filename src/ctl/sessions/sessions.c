/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All sessions with what they use and do. */

#include "ctl/sessions/sessions.h"
#include "ctl/bus/properties.h"
#include "shared/ids.h"
#include "shared/log.h"
#include "shared/names.h"
#include "shared/strv.h"
#include "shared/text.h"

int session_id_compare(const char *a, const char *b) {
        SessionType type_a, type_b;
        uint64_t number_a, number_b;

        if (session_id_parse(a, &type_a, &number_a) < 0 || session_id_parse(b, &type_b, &number_b) < 0)
                return strcmp(a, b);
        if (type_a != type_b)
                return type_a < type_b ? -1 : 1;
        return number_a < number_b ? -1 : number_a > number_b;
}

static int compare_entries(const void *a, const void *b) {
        return session_id_compare(((const SessionEntry *) a)->id, ((const SessionEntry *) b)->id);
}

static SessionEntry *find_entry(SessionList *l, const char *id) {
        SessionEntry key = { .id = (char *) id };

        if (l->n_entries == 0)
                return NULL;
        return bsearch(&key, l->entries, l->n_entries, sizeof(SessionEntry), compare_entries);
}

static void entry_done(SessionEntry *e) {
        free(e->id);
        free(e->type);
        free(e->name);
        free(e->state);
        free(e->idle_reason);
}

void session_list_done(SessionList *l) {
        for (size_t i = 0; i < l->n_entries; i++)
                entry_done(&l->entries[i]);
        free(l->entries);
        strv_free(l->frozen);
        *l = (SessionList){};
}

static int append_entry(
        SessionList *l, const char *id, const char *type, uid_t uid, const char *name, const char *state) {
        SessionEntry entry = {
                .id = strdup(id),
                .type = strdup(type),
                .name = strdup(name),
                .state = strdup(state),
                .uid = uid,
                .memory = UINT64_MAX,
                .cpu_nsec = UINT64_MAX,
                .tasks = UINT64_MAX,
                .idle_since = UINT64_MAX,
                .last_activity = UINT64_MAX,
                .clients = UINT64_MAX,
        };
        SessionEntry *grown = NULL;

        if (entry.id && entry.type && entry.name && entry.state)
                grown = reallocarray(l->entries, l->n_entries + 1, sizeof(SessionEntry));
        if (!grown) {
                entry_done(&entry);
                return -ENOMEM;
        }
        grown[l->n_entries++] = entry;
        l->entries = grown;
        return 0;
}

int session_list_read(SessionList *l, sd_bus_message *m) {
        const char *id, *type, *name, *state, *path;
        uint32_t uid;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(ssusso)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(ssusso)", &id, &type, &uid, &name, &state, &path)) > 0) {
                r = append_entry(l, id, type, uid, name, state);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        if (l->n_entries > 0)
                qsort(l->entries, l->n_entries, sizeof(SessionEntry), compare_entries);
        return 0;
}

int session_list_read_usage(SessionList *l, sd_bus_message *m) {
        uint64_t memory, cpu, tasks, io_read, io_write, timestamp;
        const char *id;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(stttttt)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(
                        m, "(stttttt)", &id, &memory, &cpu, &tasks, &io_read, &io_write, &timestamp)) > 0) {
                SessionEntry *entry = find_entry(l, id);

                if (!entry)
                        continue;
                entry->memory = memory;
                entry->cpu_nsec = cpu;
                entry->tasks = tasks;
        }
        return r < 0 ? r : 0;
}

int session_list_read_idleness(SessionList *l, sd_bus_message *m) {
        uint64_t idle_since, last_activity;
        const char *id, *reason;
        uint32_t clients;
        int r;

        r = sd_bus_message_enter_container(m, 'a', "(sutts)");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(m, "(sutts)", &id, &clients, &idle_since, &last_activity, &reason)) >
                0) {
                SessionEntry *entry = find_entry(l, id);

                if (!entry)
                        continue;
                entry->clients = clients;
                entry->idle_since = idle_since;
                entry->last_activity = last_activity;
                r = replace_string(&entry->idle_reason, reason);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : 0;
}

int session_list_note_frozen(SessionList *l) {
        STRV_FOREACH(id, l->frozen) {
                SessionEntry *entry = find_entry(l, *id);
                int r;

                if (!entry || !streq(entry->state, "running"))
                        continue;
                r = replace_string(&entry->state, "frozen");
                if (r < 0)
                        return r;
        }
        return 0;
}

enum {
        CALL_LIST,
        CALL_USAGE,
        CALL_IDLENESS,
        CALL_PROPERTIES,
        N_CALLS,
};

static int send_all(Client *c, Call *calls) {
        static const char *const members[] = { "ListSessions", "GetUsage", "GetIdleness" };
        _cleanup_message_ sd_bus_message *properties = NULL;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(members); i++) {
                _cleanup_message_ sd_bus_message *m = NULL;

                r = manager_message(c, members[i], &m);
                if (r >= 0 && i != CALL_LIST)
                        r = sd_bus_message_append(m, "as", 0);
                if (r < 0)
                        return r;
                call_send(c, &calls[i], m, CALL_TIMEOUT_USEC);
        }
        r = properties_message(c, BUS_PATH, MANAGER_INTERFACE, &properties);
        if (r < 0)
                return r;
        call_send(c, &calls[CALL_PROPERTIES], properties, CALL_TIMEOUT_USEC);
        return 0;
}

/* Only the list itself has to be there; what fails of the rest is shown as unknown. */
static int read_all(SessionList *l, Client *c, Call *calls) {
        static const PropertyField fields[] = {
                { "RecommendedSessions", "u", offsetof(SessionList, recommended) },
                { "FrozenSessions", "as", offsetof(SessionList, frozen) },
        };
        int r;

        if (calls[CALL_LIST].result < 0)
                return client_report(c, calls[CALL_LIST].result, &calls[CALL_LIST].error, "list sessions");
        r = session_list_read(l, calls[CALL_LIST].reply);
        if (r < 0)
                return client_report(c, r, NULL, "read the list of sessions");

        r = calls[CALL_USAGE].result;
        if (r >= 0)
                r = session_list_read_usage(l, calls[CALL_USAGE].reply);
        if (r < 0)
                (void) client_report(c, r, &calls[CALL_USAGE].error, "learn what the sessions use");
        r = calls[CALL_IDLENESS].result;
        if (r >= 0)
                r = session_list_read_idleness(l, calls[CALL_IDLENESS].reply);
        if (r < 0)
                (void) client_report(
                        c, r, &calls[CALL_IDLENESS].error, "learn what happens in the sessions");
        r = calls[CALL_PROPERTIES].result;
        if (r >= 0)
                r = properties_read(calls[CALL_PROPERTIES].reply, fields, ELEMENTSOF(fields), l);
        if (r >= 0)
                r = session_list_note_frozen(l);
        if (r < 0)
                (void) client_report(c, r, &calls[CALL_PROPERTIES].error, "learn the recommended number");
        return 0;
}

int session_list_fetch(SessionList *l, Client *c) {
        Call calls[N_CALLS] = { CALL_NULL, CALL_NULL, CALL_NULL, CALL_NULL };
        int r;

        r = client_connect(c);
        if (r < 0)
                return r;
        r = send_all(c, calls);
        if (r >= 0)
                r = calls_wait(c, calls, N_CALLS);
        if (r < 0)
                r = client_report(c, r, NULL, "list sessions");
        else
                r = read_all(l, c, calls);
        for (size_t i = 0; i < N_CALLS; i++)
                call_done(&calls[i]);
        return r;
}

static bool has_ended(const EndedSessions *ended, const char *id) {
        for (size_t i = 0; i < ended->n_sessions; i++)
                if (streq(ended->sessions[i].id, id))
                        return true;
        return false;
}

void session_list_drop(SessionList *l, const EndedSessions *ended) {
        size_t kept = 0;

        for (size_t i = 0; i < l->n_entries; i++)
                if (has_ended(ended, l->entries[i].id))
                        entry_done(&l->entries[i]);
                else
                        l->entries[kept++] = l->entries[i];
        l->n_entries = kept;
}

size_t session_list_count(const SessionList *l, SessionType type) {
        const char *word = session_type_to_string(type);
        size_t n = 0;

        for (size_t i = 0; i < l->n_entries; i++)
                n += streq_null(l->entries[i].type, word);
        return n;
}

usec_t session_idle(uint64_t last_activity, usec_t now) {
        if (last_activity == UINT64_MAX)
                return USEC_INFINITY;
        return last_activity < now ? now - last_activity : 0;
}

static const struct {
        const char *reason, *text, *state;
} reasons[] = {
        { "changing", "it starts or ends", NULL },
        { "busy", "its kernel is busy", "busy" },
        { "cpu", "its processes use CPU time", NULL },
        { "input", "it was used just now", NULL },
        { "output", "it printed just now", NULL },
        { "new", "it was started just now", NULL },
        { "waiting-for-input", "waiting for input", "waiting" },
        { "busy-without-cpu", "its kernel is busy, but uses no CPU time", "stuck" },
        { "frozen", "frozen", NULL },
};

const char *idle_reason_text(const char *reason) {
        for (size_t i = 0; i < ELEMENTSOF(reasons); i++)
                if (streq_null(reason, reasons[i].reason))
                        return reasons[i].text;
        return "";
}

const char *idle_reason_state(const char *reason) {
        for (size_t i = 0; i < ELEMENTSOF(reasons); i++)
                if (streq_null(reason, reasons[i].reason) && reasons[i].state)
                        return reasons[i].state;
        return "running";
}
