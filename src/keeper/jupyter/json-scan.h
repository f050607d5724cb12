/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Looks through JSON where it lies, without a tree and without memory: is it well-formed, and where is what.
 * For messages of kernels, which are passed on as they are, and may be large. */

#include "shared/macros.h"

#define JSON_SCAN_DEPTH_MAX 256

/* A value in somebody else's memory; data is NULL if there is none. */
typedef struct JsonSpan {
        const char *data;
        size_t size;
} JsonSpan;

typedef struct JsonMember {
        const char *key;
        JsonSpan value;
} JsonMember;

/* Checks that text is one JSON object in UTF-8, nested at most JSON_SCAN_DEPTH_MAX deep, and fills in the
 * values of those of its members that are asked for; of two with one key the last counts. A key that is
 * written with escapes is not found. 0 or -EBADMSG. */
int json_scan_object(JsonSpan text, JsonMember *members, size_t n_members);

/* A string without escapes, copied to ret with a NUL. -EBADMSG: it is none, or has size bytes or more. */
int json_scan_string(JsonSpan value, char *ret, size_t size);

/* A number that is not negative and has no fraction. -EBADMSG: it is none. */
int json_scan_number(JsonSpan value, uint64_t *ret);
