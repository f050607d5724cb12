/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* All clients of a terminal. */

#include "keeper/terminal/audience.h"

static const char *const policy_names[SIZE_POLICY_MAX] = {
        [SIZE_LATEST] = "latest",
        [SIZE_LARGEST] = "largest",
        [SIZE_SMALLEST] = "smallest",
        [SIZE_MANUAL] = "manual",
};

SizePolicy size_policy_from_string(const char *s) {
        for (SizePolicy policy = 0; policy < SIZE_POLICY_MAX; policy++)
                if (streq(policy_names[policy], s))
                        return policy;
        return SIZE_POLICY_INVALID;
}

int audience_add(Audience *a, Client *c) {
        if (a->n == AUDIENCE_MAX)
                return -ENOBUFS;
        a->clients[a->n++] = c;
        return 0;
}

/* Takes the client out of the order. Returns whether it was the last. */
static bool take_out(Audience *a, const Client *c) {
        for (size_t i = 0; i < a->n; i++)
                if (a->clients[i] == c) {
                        a->n--;
                        memmove(a->clients + i, a->clients + i + 1, (a->n - i) * sizeof(Client *));
                        return i == a->n;
                }
        return false;
}

void audience_remove(Audience *a, Client *c) {
        (void) take_out(a, c);
        (void) client_free(c);
}

void audience_clear(Audience *a) {
        while (a->n > 0)
                (void) client_free(a->clients[--a->n]);
}

bool audience_touch(Audience *a, Client *c) {
        bool was_last = take_out(a, c);

        a->clients[a->n++] = c;
        return !was_last;
}

Client *audience_find(const Audience *a, const char *name) {
        for (size_t i = a->n; i > 0; i--)
                if (streq_null(client_options(a->clients[i - 1])->name, name))
                        return a->clients[i - 1];
        return NULL;
}

void audience_send(Audience *a, const void *data, size_t size) {
        for (size_t i = 0; i < a->n; i++)
                client_send(a->clients[i], data, size);
}

void audience_repaint(Audience *a) {
        for (size_t i = 0; i < a->n; i++)
                client_repaint(a->clients[i]);
}

void audience_listen(Audience *a, bool listen) {
        for (size_t i = 0; i < a->n; i++)
                client_listen(a->clients[i], listen);
}

size_t audience_finish(Audience *a) {
        size_t kept = 0;

        for (size_t i = 0; i < a->n; i++)
                if (client_finish(a->clients[i]) > 0)
                        a->clients[kept++] = a->clients[i];
                else
                        (void) client_free(a->clients[i]);
        a->n = kept;
        return kept;
}

size_t audience_count(const Audience *a) {
        size_t n = 0;

        for (size_t i = 0; i < a->n; i++) {
                const ClientOptions *options = client_options(a->clients[i]);

                n += !options->raw || options->rows > 0;
        }
        return n;
}

bool audience_size(const Audience *a, uint32_t *ret_rows, uint32_t *ret_columns) {
        uint32_t rows = 0, columns = 0;

        if (a->policy == SIZE_MANUAL)
                return false;
        for (size_t i = 0; i < a->n; i++) {
                const ClientOptions *options = client_options(a->clients[i]);
                bool first = rows == 0;

                if (options->read_only || options->rows == 0 || options->columns == 0)
                        continue;
                if (first || a->policy == SIZE_LATEST) {
                        rows = options->rows;
                        columns = options->columns;
                } else if (a->policy == SIZE_LARGEST) {
                        rows = MAX(rows, options->rows);
                        columns = MAX(columns, options->columns);
                } else {
                        rows = MIN(rows, options->rows);
                        columns = MIN(columns, options->columns);
                }
        }
        if (rows == 0)
                return false;
        *ret_rows = rows;
        *ret_columns = columns;
        return true;
}
