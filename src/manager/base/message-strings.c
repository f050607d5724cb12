/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading a caller's array of strings. */

#include "manager/base/message-strings.h"
#include "shared/strv.h"

static int append(char ***strv, size_t *n, size_t *allocated, const char *s) {
        char **grown;

        if (*n + 2 > *allocated) {
                grown = reallocarray(*strv, 2 * *allocated + 16, sizeof(char *));
                if (!grown)
                        return -ENOMEM;
                *strv = grown;
                *allocated = 2 * *allocated + 16;
        }
        (*strv)[*n] = strdup(s);
        if (!(*strv)[*n])
                return -ENOMEM;
        (*strv)[++*n] = NULL;
        return 0;
}

int message_read_strings(sd_bus_message *message, size_t max, char ***ret) {
        _cleanup_strv_ char **strv = NULL;
        size_t n = 0, allocated = 0;
        const char *s;
        int r;

        r = sd_bus_message_enter_container(message, 'a', "s");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(message, "s", &s)) > 0) {
                if (n == max)
                        return -E2BIG;
                r = append(&strv, &n, &allocated, s);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(strv);
        return 0;
}
