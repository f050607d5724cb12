/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A JSON writer, on one line or indented. */

#include <inttypes.h>

#include "ctl/text/json.h"
#include "shared/text.h"

#define INDENT 8U

/* The bytes of the UTF-8 character that begins with this one; 1 for what cannot begin one. */
static size_t character_length(unsigned char first) {
        if (first >= 0xf0 && first <= 0xf4)
                return 4;
        if (first >= 0xe0)
                return first < 0xf0 ? 3 : 1;
        return first >= 0xc2 ? 2 : 1;
}

/* A well-formed character of two or three bytes that is not printable: the controls and directions are all
 * there. */
static bool decode_short(const char *s, size_t length, unsigned *ret) {
        const unsigned char *p = (const unsigned char *) s;

        for (size_t i = 1; i < length; i++)
                if ((p[i] & 0xc0) != 0x80)
                        return false;
        if (length == 2)
                *ret = (p[0] & 0x1fU) << 6 | (p[1] & 0x3fU);
        else if (length == 3)
                *ret = (p[0] & 0x0fU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
        else
                return false;
        return *ret >= (length == 2 ? 0x80U : 0x800U) && !(*ret >= 0xd800 && *ret <= 0xdfff);
}

/* Writes the character at s. Returns its length. */
static size_t put_character(FILE *f, const char *s) {
        size_t length = character_length((unsigned char) *s);
        bool whole = strnlen(s, length) == length;
        char character[5] = {};
        unsigned code;

        memcpy(character, s, whole ? length : 1);
        if (*s == '"' || *s == '\\')
                fprintf(f, "\\%c", *s);
        else if (*s == '\n')
                fputs("\\n", f);
        else if (*s == '\t')
                fputs("\\t", f);
        else if (*s == 0)
                fputs("\\u0000", f);
        else if (text_is_printable(character))
                fputs(character, f);
        else if ((unsigned char) *s < 0x80)
                fprintf(f, "\\u%04x", (unsigned) (unsigned char) *s);
        else if (whole && decode_short(s, length, &code))
                fprintf(f, "\\u%04x", code);
        else {
                fputs("\\ufffd", f);
                return 1;
        }
        return length;
}

static void put_text(FILE *f, const char *s, size_t size) {
        fputc('"', f);
        for (const char *end = s + size; s < end;)
                s += put_character(f, s);
        fputc('"', f);
}

static void put_string(FILE *f, const char *s) {
        put_text(f, s, strlen(s));
}

static void line_break(Json *j) {
        if (j->pretty)
                fprintf(j->stream, "\n%*s", (int) (j->depth * (j->indent > 0 ? j->indent : INDENT)), "");
}

/* What stands before a value: comma, line break, key. */
static void begin_value(Json *j, const char *key) {
        if (j->begun)
                fputc(',', j->stream);
        if (j->depth > 0)
                line_break(j);
        if (key) {
                put_string(j->stream, key);
                fputs(j->pretty ? ": " : ":", j->stream);
        }
        j->begun = true;
}

static void begin_nested(Json *j, const char *key, char bracket) {
        begin_value(j, key);
        fputc(bracket, j->stream);
        j->depth++;
        j->begun = false;
}

static void end_nested(Json *j, char bracket) {
        assert(j->depth > 0);

        j->depth--;
        if (j->begun)
                line_break(j);
        fputc(bracket, j->stream);
        if (j->depth == 0)
                fputc('\n', j->stream);
        j->begun = j->depth > 0;
}

void json_begin_object(Json *j, const char *key) {
        begin_nested(j, key, '{');
}

void json_end_object(Json *j) {
        end_nested(j, '}');
}

void json_begin_array(Json *j, const char *key) {
        begin_nested(j, key, '[');
}

void json_end_array(Json *j) {
        end_nested(j, ']');
}

void json_string(Json *j, const char *key, const char *value) {
        if (!value) {
                json_null(j, key);
                return;
        }
        begin_value(j, key);
        put_string(j->stream, value);
}

void json_text(Json *j, const char *key, const char *text, size_t size) {
        begin_value(j, key);
        put_text(j->stream, text, size);
}

void json_number(Json *j, const char *key, const char *number) {
        begin_value(j, key);
        fputs(number, j->stream);
}

void json_unsigned(Json *j, const char *key, uint64_t value) {
        if (value == UINT64_MAX) {
                json_null(j, key);
                return;
        }
        begin_value(j, key);
        fprintf(j->stream, "%" PRIu64, value);
}

void json_signed(Json *j, const char *key, int64_t value) {
        begin_value(j, key);
        fprintf(j->stream, "%" PRIi64, value);
}

void json_boolean(Json *j, const char *key, bool value) {
        begin_value(j, key);
        fputs(value ? "true" : "false", j->stream);
}

void json_null(Json *j, const char *key) {
        begin_value(j, key);
        fputs("null", j->stream);
}
