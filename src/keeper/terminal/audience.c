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

int audience_add(Audience *a, Client *c, const Screen *s) {
        const uint8_t *pending;
        size_t n;

        if (a->n == AUDIENCE_MAX)
                return -ENOBUFS;
        if (a->n == 0) {
                n = screen_pending(s, &pending);
                output_filter_init(&a->filter, pending, n);
        }
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

static void send_to(void *userdata, ViewerSet viewers, const uint8_t *data, size_t size) {
        Audience *a = userdata;

        for (size_t i = 0; i < a->n; i++)
                if (viewers & VIEWER_BIT(client_viewer(a->clients[i])))
                        client_send(a->clients[i], data, size);
}

void audience_send(Audience *a, const void *data, size_t size) {
        ViewerSet present = VIEWERS_NONE;

        for (size_t i = 0; i < a->n; i++)
                present |= VIEWER_BIT(client_viewer(a->clients[i]));
        if (present != VIEWERS_NONE)
                output_filter_feed(&a->filter, present, data, size, send_to, a);
}

typedef struct Painting {
        ByteQueue *out;
        int result;
} Painting;

static void append_to(void *userdata, ViewerSet viewers, const uint8_t *data, size_t size) {
        Painting *p = userdata;

        (void) viewers;
        if (p->result >= 0)
                p->result = byte_queue_append(p->out, data, size);
}

int audience_paint(
        const Audience *a, const Client *c, const Screen *s, uint32_t scrollback, ByteQueue *out) {
        ByteQueue picture = { .max = out->max };
        Viewer viewer = client_viewer(c);
        Painting painting = { .out = out };
        const uint8_t *pending;
        OutputFilter filter;
        size_t n;

        painting.result = screen_paint(s, scrollback, &picture);
        if (painting.result >= 0) {
                /* What is pending may not be for this client; the filter knows what of it the others
                 * have. */
                n = screen_pending(s, &pending);
                output_filter_init(&filter, NULL, 0);
                output_filter_feed(&filter, VIEWER_BIT(viewer), picture.data + picture.start,
                        picture.size - n, append_to, &painting);
                if (a->filter.state == OUTPUT_TEXT)
                        append_to(&painting, VIEWERS_ALL, pending, n);
                else {
                        const char *opening = output_filter_opening(&a->filter, viewer);

                        append_to(&painting, VIEWERS_ALL, (const uint8_t *) opening, strlen(opening));
                }
        }
        byte_queue_clear(&picture);
        return painting.result;
}

Client *audience_to_be_asked(const Audience *a, const Screen *s) {
        const uint8_t *pending;

        /* In the middle of something a question would break it. */
        if (a->filter.state != OUTPUT_TEXT || screen_pending(s, &pending) > 0)
                return NULL;
        for (size_t i = a->n; i > 0; i--)
                if (client_can_be_asked(a->clients[i - 1]))
                        return a->clients[i - 1];
        return NULL;
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
