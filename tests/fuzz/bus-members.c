/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reads the introspection of an object. */

#include "tests/fuzz/bus-members.h"

/* The value of an attribute in an element; NULL if it is not there. The caller's. */
static char *attribute(const char *element, size_t length, const char *name) {
        const char *end = element + length;

        for (const char *p = element; (p = memmem(p, (size_t) (end - p), name, strlen(name))); p++) {
                const char *value = p + strlen(name) + 2, *quote;

                if (p[-1] != ' ' || value >= end || value[-2] != '=' || value[-1] != '"')
                        continue;
                quote = memchr(value, '"', (size_t) (end - value));
                return quote ? strndup(value, (size_t) (quote - value)) : NULL;
        }
        return NULL;
}

static int add(Members *m, const char *interface, char *name, bool method) {
        Member *grown = reallocarray(m->items, m->n + 1, sizeof(Member));

        if (!grown || !name) {
                free(name);
                return -ENOMEM;
        }
        m->items = grown;
        m->items[m->n++] = (Member){
                .interface = strdup(strempty(interface)),
                .name = name,
                .signature = method ? strdup("") : NULL,
        };
        return 0;
}

static int add_argument(Member *member, const char *element, size_t length) {
        _cleanup_free_ char *direction = attribute(element, length, "direction"),
                            *type = attribute(element, length, "type");
        char *longer;

        if (!member->signature || !direction || !type || !streq(direction, "in"))
                return 0;
        longer = realloc(member->signature, strlen(member->signature) + strlen(type) + 1);
        if (!longer)
                return -ENOMEM;
        member->signature = strcat(longer, type);
        return 0;
}

int members_add_xml(Members *m, const char *xml) {
        _cleanup_free_ char *interface = NULL;
        bool in_signal = false;
        int r = 0;

        for (const char *p = xml; r >= 0 && (p = strchr(p, '<')); p++) {
                size_t length = strcspn(p, ">");

                if (startswith(p, "<interface ")) {
                        free(interface);
                        interface = attribute(p, length, "name");
                } else if (startswith(p, "<signal "))
                        in_signal = true;
                else if (startswith(p, "<method ")) {
                        in_signal = false;
                        r = add(m, interface, attribute(p, length, "name"), /* method = */ true);
                } else if (startswith(p, "<property ")) {
                        in_signal = true; /* nothing below it is an argument */
                        r = add(m, interface, attribute(p, length, "name"), /* method = */ false);
                } else if (startswith(p, "<arg ") && !in_signal && m->n > 0)
                        r = add_argument(&m->items[m->n - 1], p, length);
        }
        return r;
}

void members_done(Members *m) {
        for (size_t i = 0; i < m->n; i++) {
                free(m->items[i].interface);
                free(m->items[i].name);
                free(m->items[i].signature);
        }
        free(m->items);
        *m = (Members){};
}
