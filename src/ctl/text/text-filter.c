/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text from a session on its way to somebody's terminal: it must not do there what a program would do. */

#include "ctl/text/text-filter.h"
#include "ctl/text/output.h"
#include "shared/text.h"

#define STYLE_MAX 256U /* every attribute and three colours take less */

static bool is_stop(char c) {
        return c == '\n' || c == '\t' || c == '\033' || c == 0;
}

/* The length of the SGR sequence that the text begins with; 0: it does not. */
static size_t style_length(const char *p, size_t size) {
        size_t n = 2;

        if (size < 3 || p[0] != '\033' || p[1] != '[')
                return 0;
        size = MIN(size, STYLE_MAX);
        while (n < size && ((p[n] >= '0' && p[n] <= '9') || p[n] == ';' || p[n] == ':'))
                n++;
        return n < size && p[n] == 'm' ? n + 1 : 0;
}

static int write_plain(const char *data, size_t size, FILE *out) {
        _cleanup_free_ char *raw = strndup(data, size), *text = NULL;

        if (!raw)
                return -ENOMEM;
        text = text_sanitize(raw, size);
        if (!text)
                return -ENOMEM;
        (void) fputs(text, out);
        return output_error(out);
}

int text_filter(const char *data, size_t size, TextStyles styles, FILE *out) {
        bool styled = false;
        int r;

        for (size_t at = 0; at < size;) {
                size_t n = 0;

                while (at + n < size && !is_stop(data[at + n]))
                        n++;
                if (n > 0) {
                        r = write_plain(data + at, n, out);
                        if (r < 0)
                                return r;
                        at += n;
                        continue;
                }
                n = styles != STYLES_REPLACED ? style_length(data + at, size - at) : 0;
                if (n > 0 && styles == STYLES_KEPT) {
                        styled = n > 3; /* "CSI m" ends all styles */
                        (void) fwrite(data + at, 1, n, out);
                } else if (n == 0) {
                        n = 1;
                        (void) fputc(data[at] == '\n' || data[at] == '\t' ? data[at] : '?', out);
                }
                at += n;
        }
        if (styled)
                (void) fputs("\033[m", out);
        return output_error(out);
}
