/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The stack of shapes of the mouse pointer. */

#include "keeper/screen/pointer.h"

void pointer_done(Pointer *p) {
        free(p->names);
        *p = (Pointer){ 0 };
}

static bool is_name(const char *text, size_t size) {
        if (size > POINTER_NAME_MAX)
                return false;
        for (size_t i = 0; i < size; i++) {
                char c = text[i];

                if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '_'))
                        return false;
        }
        return true;
}

/* What the terminal shows of its own accord is no first entry: an empty stack says the same. */
static void drop_first(Pointer *p) {
        do
                memmove(p->names, p->names + 1, --p->n * sizeof(*p->names));
        while (p->n > 0 && p->names[0][0] == 0);
}

static void push(Pointer *p, const char *name, size_t size) {
        if (size == 0 || !is_name(name, size))
                return;
        if (!p->names)
                p->names = malloc(POINTER_STACK_MAX * sizeof(*p->names));
        if (!p->names)
                return;
        if (p->n == POINTER_STACK_MAX)
                drop_first(p);
        memcpy(p->names[p->n], name, size);
        p->names[p->n++][size] = 0;
}

static void set(Pointer *p, const char *name, size_t size) {
        if (!is_name(name, size))
                return;
        p->touched = true;
        if (p->n == 0)
                push(p, name, size);
        else if (size == 0 && p->n == 1)
                p->n = 0;
        else {
                memcpy(p->names[p->n - 1], name, size);
                p->names[p->n - 1][size] = 0;
        }
}

static void push_list(Pointer *p, const char *text, size_t size) {
        while (size > 0) {
                const char *end = memchr(text, ',', size);
                size_t n = end ? (size_t) (end - text) : size;

                push(p, text, n);
                n = MIN(n + 1, size);
                text += n;
                size -= n;
        }
}

void pointer_osc(Pointer *p, const char *text, size_t size) {
        switch (size > 0 ? text[0] : 0) {
        case '?':
                return;
        case '<':
                p->n = (uint8_t) (p->n - MIN(p->n, 1));
                p->touched = p->pushed = true;
                return;
        case '>':
                push_list(p, text + 1, size - 1);
                p->touched = p->pushed = true;
                return;
        case '=':
                set(p, text + 1, size - 1);
                return;
        default:
                set(p, text, size);
        }
}

void pointer_reset(Pointer *p) {
        p->n = 0;
}

static void write_one(TextWriter *w, const char *how, const char *name) {
        text_writer_text(w, "\x1b]22;");
        text_writer_text(w, how);
        text_writer_text(w, name);
        text_writer_text(w, "\x1b\\");
}

void pointer_write(const Pointer *p, TextWriter *w) {
        if (!p->touched)
                return;
        for (unsigned i = 0; p->pushed && i < POINTER_STACK_MAX; i++)
                write_one(w, "<", "");
        /* The first one is set, as terminals without a stack know it. */
        write_one(w, "", p->n > 0 ? p->names[0] : "");
        for (unsigned i = 1; i < p->n; i++) {
                write_one(w, ">", p->names[i][0] ? p->names[i] : "default");
                if (!p->names[i][0])
                        write_one(w, "", "");
        }
}
