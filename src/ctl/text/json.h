/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A JSON writer. libsmartcols writes JSON too, but only as {"name": [...]}, with line breaks and without
 * null; scripts get a plain array, on one line if they want. Keys are NULL within arrays. */

#include <stdint.h>
#include <stdio.h>

#include "shared/macros.h"

typedef struct Json {
        FILE *stream;
        bool pretty;
        unsigned indent; /* columns of each level, if pretty; 0: eight */
        bool begun;      /* something was written in the innermost array or object */
        unsigned depth;
} Json;

void json_begin_object(Json *j, const char *key);
void json_end_object(Json *j);
void json_begin_array(Json *j, const char *key);
void json_end_array(Json *j);

/* NULL is null. What text_is_printable() refuses is escaped, what is not UTF-8 replaced by U+FFFD, so that
 * the output is harmless on a terminal and always valid JSON. */
void json_string(Json *j, const char *key, const char *value);
/* The same with a part of a string, which may have NULs in it. A character must not reach beyond its end. */
void json_text(Json *j, const char *key, const char *text, size_t size);
/* A number, written as JSON has it. */
void json_number(Json *j, const char *key, const char *number);
/* UINT64_MAX, "unknown", is null. */
void json_unsigned(Json *j, const char *key, uint64_t value);
void json_signed(Json *j, const char *key, int64_t value);
void json_boolean(Json *j, const char *key, bool value);
void json_null(Json *j, const char *key);
