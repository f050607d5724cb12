/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* NULL-terminated string vectors, as execve() takes them. A NULL vector is an empty one. */

#include "shared/macros.h"

/* Frees vector and strings; accepts NULL; returns NULL. */
char **strv_free(char **strv);
size_t strv_length(char *const *strv);

/* Appends s, which becomes the vector's (also on failure: then it is freed). 0 or -ENOMEM. */
int strv_consume(char ***strv, char *s);
/* The same with a copy of s. */
int strv_extend(char ***strv, const char *s);
/* A deep copy; the caller's. 0 or -ENOMEM. */
int strv_copy(char *const *strv, char ***ret);

/* The value of NAME in a vector of NAME=VALUE, or NULL; the last one counts. */
const char *strv_env_get(char *const *strv, const char *name);
/* Sets NAME=VALUE, replacing earlier ones; a NULL value removes them. 0 or -ENOMEM. */
int strv_env_set(char ***strv, const char *name, const char *value);

DEFINE_CLEANUP(char **, strv_free);
#define _cleanup_strv_ _cleanup_(strv_free_pointer)

#define STRV_FOREACH(s, strv) for (char *const *s = (strv); s && *s; s++)
