/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* NULL-terminated string vectors. */

#include <stdio.h>

#include "shared/strv.h"

char **strv_free(char **strv) {
        STRV_FOREACH(s, strv)
                free(*s);
        free(strv);
        return NULL;
}

size_t strv_length(char *const *strv) {
        size_t n = 0;

        STRV_FOREACH(s, strv)
                n++;
        return n;
}

int strv_consume(char ***strv, char *s) {
        size_t n = strv_length(*strv);
        char **grown;

        if (!s)
                return -ENOMEM;
        grown = reallocarray(*strv, n + 2, sizeof(char *));
        if (!grown) {
                free(s);
                return -ENOMEM;
        }
        grown[n] = s;
        grown[n + 1] = NULL;
        *strv = grown;
        return 0;
}

int strv_extend(char ***strv, const char *s) {
        return strv_consume(strv, strdup(s));
}

int strv_copy(char *const *strv, char ***ret) {
        _cleanup_strv_ char **copy = NULL;
        int r;

        STRV_FOREACH(s, strv) {
                r = strv_extend(&copy, *s);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(copy);
        return 0;
}

/* The value if s is NAME=VALUE with this name. */
static const char *env_value(const char *s, const char *name) {
        const char *rest = startswith(s, name);

        return rest && rest[0] == '=' ? rest + 1 : NULL;
}

const char *strv_env_get(char *const *strv, const char *name) {
        const char *found = NULL;

        STRV_FOREACH(s, strv) {
                const char *value = env_value(*s, name);

                if (value)
                        found = value;
        }
        return found;
}

int strv_env_set(char ***strv, const char *name, const char *value) {
        char *assignment = NULL;
        char **to = *strv;

        if (value && asprintf(&assignment, "%s=%s", name, value) < 0)
                return -ENOMEM;
        STRV_FOREACH(s, *strv) {
                if (env_value(*s, name))
                        free(*s);
                else
                        *to++ = *s;
        }
        if (to)
                *to = NULL;
        return assignment ? strv_consume(strv, assignment) : 0;
}
