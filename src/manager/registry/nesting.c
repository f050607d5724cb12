/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which terminals are shown in which. */

#include "manager/registry/nesting.h"
#include "manager/base/cgroup.h"
#include "manager/model/manager.h"
#include "manager/model/session.h"
#include "manager/registry/session-table.h"

void nesting_add(Nesting *nesting, uint64_t number) {
        if (number == 0 || nesting->n == ELEMENTSOF(nesting->within))
                return;
        for (size_t i = 0; i < nesting->n; i++)
                if (nesting->within[i] == number)
                        return;
        nesting->within[nesting->n++] = number;
}

/* Sessions that were come to, each once: as many as there are at most. */
typedef struct Walk {
        const SessionTable *table;
        bool *seen;    /* by position in the table */
        size_t *queue; /* positions */
        size_t n;
} Walk;

static void come_to(Walk *walk, uint64_t number) {
        size_t position = session_table_position(walk->table, number);

        /* A keeper may say what is not so (any more). */
        if (position == walk->table->n || walk->table->items[position]->number != number ||
                walk->seen[position])
                return;
        walk->seen[position] = true;
        walk->queue[walk->n++] = position;
}

static void walk_from(Walk *walk, const Session *s) {
        for (size_t i = 0; i < s->nesting.n; i++)
                come_to(walk, s->nesting.within[i]);
        for (size_t i = 0; i < s->keeper.requests.n; i++)
                if (s->keeper.requests.items[i]->within > 0)
                        come_to(walk, s->keeper.requests.items[i]->within);
}

int nesting_is_circular(const SessionTable *table, const Session *shown, const Session *within) {
        _cleanup_free_ bool *seen = calloc(table->n, sizeof(bool));
        _cleanup_free_ size_t *queue = calloc(table->n, sizeof(size_t));
        Walk walk = { .table = table, .seen = seen, .queue = queue };

        if (!seen || !queue)
                return -ENOMEM;
        come_to(&walk, within->number);
        for (size_t i = 0; i < walk.n; i++) {
                const Session *s = table->items[queue[i]];

                if (s == shown)
                        return true;
                walk_from(&walk, s);
        }
        return false;
}

Session *nesting_find(Manager *m, pid_t pid) {
        char unit[UNIT_NAME_SIZE], id[SESSION_ID_MAX];
        Session *s;

        if (pid <= 0 || cgroup_find_process(&m->cgroups, pid, unit) < 0 ||
                session_id_from_scope(unit, id) < 0)
                return NULL;
        s = session_table_get_by_id(&m->sessions, id);
        return s && s->announced ? s : NULL;
}
