/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the code under test writes to standard error. */

#include <check.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shared/macros.h"

typedef struct Capture {
        int stderr_fd; /* where standard error went before */
        char text[16384];
} Capture;

static inline void capture_begin(Capture *c) {
        int fd = memfd_create("stderr", MFD_CLOEXEC);

        *c = (Capture){ .stderr_fd = dup(STDERR_FILENO) };
        ck_assert_int_ge(fd, 0);
        ck_assert_int_ge(c->stderr_fd, 0);
        ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
        (void) safe_close(fd);
}

/* Puts standard error back; what was written meanwhile is in c->text. */
static inline const char *capture_end(Capture *c) {
        ssize_t n;

        (void) fflush(stderr);
        n = pread(STDERR_FILENO, c->text, sizeof(c->text) - 1, 0);
        ck_assert_int_ge(n, 0);
        c->text[n] = 0;
        ck_assert_int_ge(dup2(c->stderr_fd, STDERR_FILENO), 0);
        c->stderr_fd = safe_close(c->stderr_fd);
        return c->text;
}

static inline size_t count_lines(const char *text) {
        size_t n = 0;

        for (const char *p = strchr(text, '\n'); p; p = strchr(p + 1, '\n'))
                n++;
        return n;
}
