/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Looks through JSON (RFC 8259) where it lies. A library would build a tree that is larger than the text;
 * and the one that we read files with lets control characters pass in strings. */

#include "keeper/jupyter/json-scan.h"
#include "shared/text.h"

typedef struct Scanner {
        const uint8_t *p, *end;
        unsigned depth;
        uint8_t is_object[JSON_SCAN_DEPTH_MAX]; /* of each level */
} Scanner;

static void skip_space(Scanner *s) {
        while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
                s->p++;
}

static bool is_hex(uint8_t c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int scan_escape(Scanner *s) {
        s->p++;
        if (s->p >= s->end)
                return -EBADMSG;
        if (*s->p == 'u') {
                if (s->end - s->p < 5)
                        return -EBADMSG;
                for (int i = 1; i <= 4; i++)
                        if (!is_hex(s->p[i]))
                                return -EBADMSG;
                s->p += 5;
                return 0;
        }
        switch (*s->p++) {
        case '"':
        case '\\':
        case '/':
        case 'b':
        case 'f':
        case 'n':
        case 'r':
        case 't':
                return 0;
        default:
                return -EBADMSG;
        }
}

/* Eight bytes that are all plain ASCII, neither control nor quote nor backslash. */
static bool is_plain(const uint8_t *p) {
        const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
        uint64_t word, quote, backslash;

        memcpy(&word, p, sizeof(word));
        quote = word ^ (ones * '"');
        backslash = word ^ (ones * '\\');
        return !((word | (word - ones * ' ') | (quote - ones) | (backslash - ones)) & high);
}

/* At its quote. */
static int scan_text(Scanner *s) {
        if (s->p >= s->end || *s->p != '"')
                return -EBADMSG;
        s->p++;
        for (;;) {
                while (s->end - s->p >= 8 && is_plain(s->p))
                        s->p += 8;
                if (s->p >= s->end || *s->p < ' ')
                        return -EBADMSG;
                if (*s->p == '"') {
                        s->p++;
                        return 0;
                }
                if (*s->p == '\\') {
                        if (scan_escape(s) < 0)
                                return -EBADMSG;
                } else if (*s->p < 0x80)
                        s->p++;
                else {
                        size_t n = utf8_length(s->p, (size_t) (s->end - s->p));

                        if (n == 0)
                                return -EBADMSG;
                        s->p += n;
                }
        }
}

static size_t skip_digits(Scanner *s) {
        const uint8_t *begin = s->p;

        while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
                s->p++;
        return (size_t) (s->p - begin);
}

static bool take(Scanner *s, char c) {
        if (s->p >= s->end || *s->p != (uint8_t) c)
                return false;
        s->p++;
        return true;
}

static int scan_number(Scanner *s) {
        (void) take(s, '-');
        if (!take(s, '0') && skip_digits(s) == 0)
                return -EBADMSG;
        if (take(s, '.') && skip_digits(s) == 0)
                return -EBADMSG;
        if (take(s, 'e') || take(s, 'E')) {
                if (!take(s, '+'))
                        (void) take(s, '-');
                if (skip_digits(s) == 0)
                        return -EBADMSG;
        }
        return 0;
}

/* A value that has none inside. */
static int scan_scalar(Scanner *s) {
        static const char *const words[] = { "true", "false", "null" };

        if (s->p >= s->end)
                return -EBADMSG;
        if (*s->p == '"')
                return scan_text(s);
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                size_t n = strlen(words[i]);

                if ((size_t) (s->end - s->p) >= n && memcmp(s->p, words[i], n) == 0) {
                        s->p += n;
                        return 0;
                }
        }
        return scan_number(s);
}

/* A key with its colon; the span is without quotes. */
static int scan_key(Scanner *s, JsonSpan *ret) {
        const uint8_t *begin = s->p + 1;

        if (scan_text(s) < 0)
                return -EBADMSG;
        *ret = (JsonSpan){ (const char *) begin, (size_t) (s->p - begin) - 1 };
        skip_space(s);
        if (!take(s, ':'))
                return -EBADMSG;
        skip_space(s);
        return 0;
}

/* Goes down, at the bracket, and to the first value in there if there is one. 1: there is one, 0: it was
 * empty. */
static int scan_open(Scanner *s) {
        bool object = *s->p == '{';
        JsonSpan key;

        if (s->depth == JSON_SCAN_DEPTH_MAX)
                return -EBADMSG;
        s->p++;
        skip_space(s);
        if (take(s, object ? '}' : ']'))
                return 0;
        s->is_object[s->depth++] = object;
        return object && scan_key(s, &key) < 0 ? -EBADMSG : 1;
}

/* Goes on behind a value, up as far as levels end here. 1: to another value; 0: nothing is left open. */
static int scan_next(Scanner *s, unsigned bottom) {
        JsonSpan key;

        while (s->depth > bottom) {
                bool object = s->is_object[s->depth - 1];

                skip_space(s);
                if (take(s, ',')) {
                        skip_space(s);
                        return object && scan_key(s, &key) < 0 ? -EBADMSG : 1;
                }
                if (!take(s, object ? '}' : ']'))
                        return -EBADMSG;
                s->depth--;
        }
        return 0;
}

static int scan_value(Scanner *s) {
        unsigned bottom = s->depth;
        int r;

        do {
                if (s->p < s->end && (*s->p == '{' || *s->p == '[')) {
                        r = scan_open(s);
                        if (r != 0)
                                continue;
                } else {
                        r = scan_scalar(s);
                        if (r < 0)
                                return r;
                }
                r = scan_next(s, bottom);
        } while (r > 0);
        return r;
}

static void note_member(JsonMember *members, size_t n, JsonSpan key, JsonSpan value) {
        for (size_t i = 0; i < n; i++)
                if (strlen(members[i].key) == key.size && memcmp(members[i].key, key.data, key.size) == 0)
                        members[i].value = value;
}

int json_scan_object(JsonSpan text, JsonMember *members, size_t n_members) {
        Scanner s = {
                .p = (const uint8_t *) text.data,
                .end = (const uint8_t *) text.data + text.size,
                .depth = 1,
        };

        skip_space(&s);
        if (!take(&s, '{'))
                return -EBADMSG;
        skip_space(&s);
        if (!take(&s, '}'))
                for (;;) {
                        const uint8_t *begin;
                        JsonSpan key;

                        if (scan_key(&s, &key) < 0)
                                return -EBADMSG;
                        begin = s.p;
                        if (scan_value(&s) < 0)
                                return -EBADMSG;
                        note_member(members, n_members, key,
                                (JsonSpan){ (const char *) begin, (size_t) (s.p - begin) });
                        skip_space(&s);
                        if (take(&s, '}'))
                                break;
                        if (!take(&s, ','))
                                return -EBADMSG;
                        skip_space(&s);
                }
        skip_space(&s);
        return s.p == s.end ? 0 : -EBADMSG;
}

int json_scan_string(JsonSpan value, char *ret, size_t size) {
        if (value.size < 2 || value.data[0] != '"' || value.size - 2 >= size ||
                memchr(value.data, '\\', value.size))
                return -EBADMSG;
        *(char *) mempcpy(ret, value.data + 1, value.size - 2) = 0;
        return 0;
}

int json_scan_number(JsonSpan value, uint64_t *ret) {
        uint64_t n = 0;

        if (value.size == 0 || value.size > 19)
                return -EBADMSG;
        for (size_t i = 0; i < value.size; i++) {
                if (value.data[i] < '0' || value.data[i] > '9')
                        return -EBADMSG;
                n = n * 10 + (uint64_t) (value.data[i] - '0');
        }
        *ret = n;
        return 0;
}
