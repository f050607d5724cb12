/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Escape sequences as C and echo -e have them. */

#include "ctl/text/escapes.h"

static int hex_digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -EINVAL;
}

ssize_t escapes_replace(char *text) {
        static const char letters[] = "abefnrtv\\", bytes[] = "\a\b\033\f\n\r\t\v\\";
        char *to = text;

        for (const char *p = text; *p; p++) {
                const char *letter;

                if (*p != '\\') {
                        *to++ = *p;
                        continue;
                }
                p++;
                letter = *p ? strchr(letters, *p) : NULL;
                if (letter)
                        *to++ = bytes[letter - letters];
                else if (*p == 'x') {
                        int high = hex_digit(p[1]), low = high < 0 ? high : hex_digit(p[2]);

                        if (low < 0)
                                return -EINVAL;
                        *to++ = (char) (high << 4 | low);
                        p += 2;
                } else
                        return -EINVAL;
        }
        *to = 0;
        return to - text;
}
