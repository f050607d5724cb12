/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text that comes from users and goes to journals, buses and terminals: what is allowed in it. */

#include <stddef.h>

#include "shared/macros.h"

#define SESSION_NAME_MAX 128  /* bytes */
#define OPTION_PATH_MAX  4095 /* PATH_MAX without the NUL */
#define MESSAGE_TEXT_MAX 1024 /* an error message from a keeper */

/* Well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF) without control characters: C0,
 * DEL, C1, U+2028, U+2029 and the bidirectional overrides, which would let one line on a terminal pose as
 * another. */
bool text_is_printable(const char *s);

/* The length of the character of UTF-8 (no overlong forms, no surrogates, at most U+10FFFF) at p; 0 if it is
 * none, or not all of it is there. size is at least 1. */
size_t utf8_length(const void *p, size_t size);

/* A copy of at most max bytes, cut between characters, with everything that text_is_printable() refuses
 * replaced by "?". The caller's; NULL if out of memory. */
char *text_sanitize(const char *s, size_t max);

/* A session's name: printable, 1 to SESSION_NAME_MAX bytes, without spaces around it. It has no ':', which
 * is for hosts, and is not like an id ("t1"): a name that stands for another session in commands would end
 * the wrong one. */
#define SESSION_NAME_EXPECTED \
        "1 to 128 bytes of printable text, without spaces around it, without ':', and not like an id (t1, n2)"
bool session_name_is_valid(const char *name);

/* An absolute path: printable or not, at most OPTION_PATH_MAX bytes, no "." or ".." component. */
bool path_is_normalized(const char *path);

/* NAME=VALUE with a POSIX name ([A-Za-z_][A-Za-z0-9_]*), or that of a function that bash exports
 * (BASH_FUNC_name%%), and valid UTF-8. */
bool env_assignment_is_valid(const char *s);
