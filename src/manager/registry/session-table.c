/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All sessions, sorted by number. */

#include "manager/registry/session-table.h"
#include "manager/model/lists.h"
#include "manager/model/session-state.h"
#include "manager/model/session.h"

size_t session_table_position(const SessionTable *table, uint64_t number) {
        size_t low = 0, high = table->n;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (table->items[middle]->number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

int session_table_add(SessionTable *table, Session *s) {
        size_t position = session_table_position(table, s->number);
        Session **grown;

        if (position < table->n && table->items[position]->number == s->number)
                return -EEXIST;
        grown = reallocarray(table->items, table->n + 1, sizeof(Session *));
        if (!grown)
                return -ENOMEM;
        table->items = grown;
        memmove(grown + position + 1, grown + position, (table->n - position) * sizeof(Session *));
        grown[position] = s;
        table->n++;
        return 0;
}

void session_table_remove(SessionTable *table, Session *s) {
        size_t position = session_table_position(table, s->number);

        if (position == table->n || table->items[position] != s)
                return;
        table->n--;
        memmove(table->items + position, table->items + position + 1,
                (table->n - position) * sizeof(Session *));
}

Session *session_table_get(const SessionTable *table, uint64_t number) {
        size_t position = session_table_position(table, number);

        if (position == table->n || table->items[position]->number != number)
                return NULL;
        return table->items[position];
}

Session *session_table_get_by_id(const SessionTable *table, const char *id) {
        SessionType type;
        uint64_t number;
        Session *s;

        if (session_id_parse(id, &type, &number) < 0)
                return NULL;
        s = session_table_get(table, number);
        return s && s->type == type ? s : NULL;
}

Session *session_table_get_by_notebook(
        const SessionTable *table, uid_t uid, const char *notebook, const Session *except) {
        SESSION_FOREACH(s, table)
                if (s != except && s->uid == uid && session_phase_state(s->phase) <= STATE_RESTARTING &&
                        streq_null(s->program.notebook, notebook))
                        return s;
        return NULL;
}

void session_table_count(const SessionTable *table, uid_t uid, size_t *ret_all, size_t *ret_starting) {
        size_t all = 0, starting = 0;

        SESSION_FOREACH(s, table) {
                if (uid != (uid_t) -1 && s->uid != uid)
                        continue;
                all++;
                if (session_phase_state(s->phase) == STATE_OPENING)
                        starting++;
        }
        *ret_all = all;
        *ret_starting = starting;
}
