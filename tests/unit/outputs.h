/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a kernel said, made of its type, the request's id and the JSON text of its content. */

#include <check.h>
#include <stdio.h>

#include "ctl/notebook/kernel-output.h"

/* To be cleaned up. The number and the time grow with each. */
static inline KernelOutput output_make(const char *type, const char *parent, const char *content) {
        static uint64_t sequence = 0;
        _cleanup_free_ char *line = NULL;
        KernelOutput o = {};

        sequence++;
        ck_assert_int_ge(
                asprintf(&line,
                        "{\"seq\":%lu,\"time\":%lu,\"type\":\"%s\",\"parent\":\"%s\",\"content\":%s}",
                        (unsigned long) sequence, 1700000000000000UL + (unsigned long) sequence, type,
                        parent, content),
                0);
        ck_assert_int_eq(kernel_output_parse(line, strlen(line), &o), 1);
        return o;
}
