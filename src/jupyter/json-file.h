/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* JSON from files of users: of bounded size, strictly read. */

#include <json-c/json.h>

#include "shared/macros.h"

/* Parses text, which must be one JSON value. The object is the caller's. -EBADMSG: it is not; *ret_reason,
 * if not NULL, then says why, in static memory. */
int json_read(const char *text, size_t size, json_object **ret, const char **ret_reason);

/* The same with a file. -EFBIG: larger than max. -EISDIR, -EINVAL: not a regular file. -errno of open(). */
int json_file_read(const char *path, size_t max, json_object **ret, const char **ret_reason);

/* The string without NULs that object has under key. 1, 0 if there is no such key, -EBADMSG if it is
 * something else. Stays the object's. */
int json_get_string(json_object *object, const char *key, const char **ret);

static inline void json_object_put_pointer(json_object **object) {
        if (*object)
                json_object_put(*object);
}
#define _cleanup_json_ _cleanup_(json_object_put_pointer)
