/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which text may reach journals, buses and terminals. */

#include "shared/text.h"
#include "shared/ids.h"

/* Reads one UTF-8 character (RFC 3629). Returns its length, or 0 if it is malformed. */
static size_t decode_utf8(const char *s, uint32_t *ret) {
        const unsigned char *p = (const unsigned char *) s;
        uint32_t c, lowest;
        size_t length;

        if (p[0] < 0x80) {
                *ret = p[0];
                return 1;
        } else if (p[0] >= 0xc2 && p[0] <= 0xdf) {
                length = 2, c = p[0] & 0x1f, lowest = 0x80;
        } else if (p[0] >= 0xe0 && p[0] <= 0xef) {
                length = 3, c = p[0] & 0x0f, lowest = 0x800;
        } else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
                length = 4, c = p[0] & 0x07, lowest = 0x10000;
        } else
                return 0;
        for (size_t i = 1; i < length; i++) {
                if ((p[i] & 0xc0) != 0x80)
                        return 0;
                c = c << 6 | (p[i] & 0x3f);
        }
        if (c < lowest || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                return 0;
        *ret = c;
        return length;
}

size_t utf8_length(const void *p, size_t size) {
        const uint8_t first = *(const uint8_t *) p;
        size_t wanted = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        uint32_t c;

        return wanted <= size ? decode_utf8(p, &c) : 0;
}

static bool character_is_printable(uint32_t c) {
        if (c < 0x20 || (c >= 0x7f && c < 0xa0))
                return false;
        if (c == 0x2028 || c == 0x2029 || c == 0x200e || c == 0x200f || c == 0x061c)
                return false;
        return !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069);
}

bool text_is_printable(const char *s) {
        while (*s) {
                uint32_t c;
                size_t length = decode_utf8(s, &c);

                if (length == 0 || !character_is_printable(c))
                        return false;
                s += length;
        }
        return true;
}

char *text_sanitize(const char *s, size_t max) {
        size_t size = 0;
        char *copy = malloc(MIN(strlen(s), max) + 1);

        if (!copy)
                return NULL;
        while (*s) {
                uint32_t c;
                size_t length = decode_utf8(s, &c);
                bool ok = length > 0 && character_is_printable(c);

                if (size + (ok ? length : 1) > max)
                        break;
                if (ok)
                        memcpy(copy + size, s, length);
                else
                        copy[size] = '?';
                size += ok ? length : 1;
                s += length > 0 ? length : 1;
        }
        copy[size] = 0;
        return copy;
}

bool session_name_is_valid(const char *name) {
        size_t length = strlen(name);

        if (length == 0 || length > SESSION_NAME_MAX)
                return false;
        return name[0] != ' ' && name[length - 1] != ' ' && !strchr(name, ':') &&
                !session_id_is_valid(name) && text_is_printable(name);
}

bool path_is_normalized(const char *path) {
        if (path[0] != '/' || strlen(path) > OPTION_PATH_MAX)
                return false;
        for (const char *p = path; p; p = strchr(p, '/')) {
                p++;
                if (p[0] == '.' && (p[1] == 0 || p[1] == '/'))
                        return false;
                if (p[0] == '.' && p[1] == '.' && (p[2] == 0 || p[2] == '/'))
                        return false;
        }
        return true;
}

/* bash takes everything but these for the name of a function. */
static bool is_function_name(const char *p, const char *end) {
        if (end - p < 3 || end[-1] != '%' || end[-2] != '%')
                return false;
        for (; p < end; p++)
                if (*p <= ' ' || *p >= 0x7f || strchr("$`'\"\\&|;<>()", *p))
                        return false;
        return true;
}

static bool env_name_is_valid(const char *name, const char *end) {
        const char *function = startswith(name, "BASH_FUNC_");

        if (name == end || (*name >= '0' && *name <= '9'))
                return false;
        if (function && function < end && is_function_name(function, end))
                return true;
        for (const char *p = name; p < end; p++)
                if (!(*p >= 'A' && *p <= 'Z') && !(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9') &&
                        *p != '_')
                        return false;
        return true;
}

bool env_assignment_is_valid(const char *s) {
        const char *equals = strchr(s, '=');

        if (!equals || !env_name_is_valid(s, equals))
                return false;
        for (const char *p = equals; *p;) {
                uint32_t c;
                size_t length = decode_utf8(p, &c);

                if (length == 0)
                        return false;
                p += length;
        }
        return true;
}
