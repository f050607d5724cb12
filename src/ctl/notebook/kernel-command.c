/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finds the connection file in the command line of a kernel. */

#include "ctl/notebook/kernel-command.h"
#include "shared/strv.h"

static bool is_json_file(const char *s) {
        size_t length = strlen(s);

        return length > strlen(".json") && streq(s + length - strlen(".json"), ".json");
}

const char *kernel_connection_file(char *const *command) {
        static const char *const joined[] = { "-f=", "--connection-file=", "--f=" };
        const char *last = NULL;

        if (!command || !command[0])
                return NULL;
        STRV_FOREACH(s, command + 1) {
                if ((streq(*s, "-f") || streq(*s, "--connection-file")) && s[1] && is_json_file(s[1]))
                        return s[1];
                for (size_t i = 0; i < ELEMENTSOF(joined); i++) {
                        const char *value = startswith(*s, joined[i]);

                        if (value && is_json_file(value))
                                return value;
                }
                if (is_json_file(*s) && (*s)[0] != '-')
                        last = *s;
        }
        return last;
}
