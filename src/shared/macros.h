/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Small language helpers used by every file: ownership that is visible in one line, and lookup tables. */

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENTSOF(array) (sizeof(array) / sizeof((array)[0]))
#define MAX(a, b)                       \
        __extension__({                 \
                __typeof__(a) a_ = (a); \
                __typeof__(b) b_ = (b); \
                a_ > b_ ? a_ : b_;      \
        })
#define MIN(a, b)                       \
        __extension__({                 \
                __typeof__(a) a_ = (a); \
                __typeof__(b) b_ = (b); \
                a_ < b_ ? a_ : b_;      \
        })

#define _printf_(string, first) __attribute__((format(printf, string, first)))
#define _unused_                __attribute__((unused))
#define _cleanup_(function)     __attribute__((cleanup(function)))
#define _cleanup_free_          _cleanup_(free_pointer)
#define _cleanup_close_         _cleanup_(close_pointer)

/* Hands the value over and leaves "nothing" behind, so that a _cleanup_ of the old owner does no harm. */
#define TAKE_VALUE(variable, nothing)                     \
        __extension__({                                   \
                __typeof__(variable) taken_ = (variable); \
                (variable) = (nothing);                   \
                taken_;                                   \
        })
#define TAKE_PTR(pointer) TAKE_VALUE(pointer, NULL)
#define TAKE_FD(fd)       TAKE_VALUE(fd, -EBADF)

/* Defines function##_pointer() for _cleanup_(); the function must accept NULL, or is not called with it. */
#define DEFINE_CLEANUP(type, function)                         \
        static inline void function##_pointer(type *pointer) { \
                if (*pointer)                                  \
                        (void) function(*pointer);             \
        }                                                      \
        struct swallow_semicolon_

static inline void free_pointer(void *pointer) {
        free(*(void **) pointer);
}

static inline bool streq(const char *a, const char *b) {
        return strcmp(a, b) == 0;
}

/* NULL equals NULL only. */
static inline bool streq_null(const char *a, const char *b) {
        return a && b ? streq(a, b) : a == b;
}

/* NULL and "" are both "nothing said". */
static inline bool isempty(const char *s) {
        return !s || !s[0];
}

static inline const char *strempty(const char *s) {
        return s ? s : "";
}

/* The rest of the string behind prefix, or NULL if it does not start with it. */
static inline const char *startswith(const char *s, const char *prefix) {
        size_t n = strlen(prefix);

        return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

/* Closes fd if it is one, keeps errno; always returns -EBADF, to be assigned to the closed variable. */
int safe_close(int fd);

static inline void close_pointer(int *fd) {
        (void) safe_close(*fd);
}

#define SWAP(a, b)                      \
        do {                            \
                __typeof__(a) _a = (a); \
                                        \
                (a) = (b);              \
                (b) = _a;               \
        } while (0)

/* Replaces *target by a copy of s (NULL allowed). Returns 1 if it changed, 0 if it was equal, -ENOMEM. */
int replace_string(char **target, const char *s);
