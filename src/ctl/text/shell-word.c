/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Words of command lines that we print for somebody to copy. */

#include <stdlib.h>
#include <string.h>

#include "ctl/text/shell-word.h"
#include "shared/macros.h"

char *shell_word(const char *s) {
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./",
                          quote[] = "'\\''";
        char *word, *p;

        if (!isempty(s) && s[strspn(s, plain)] == 0)
                return strdup(s);
        p = word = malloc(strlen(s) * strlen(quote) + sizeof("''"));
        if (!word)
                return NULL;
        *p++ = '\'';
        for (; *s; s++)
                if (*s == '\'')
                        p = stpcpy(p, quote);
                else
                        *p++ = *s;
        strcpy(p, "'");
        return word;
}
