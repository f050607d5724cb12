/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Running an event loop until what the case waits for has happened. */

#include <check.h>
#include <stdlib.h>
#include <systemd/sd-event.h>

#include "shared/macros.h"
#include "shared/time-span.h"

/* When to give up; libcheck's variable says how much slower than usual it may be. */
static inline usec_t loop_deadline(void) {
        const char *multiplier = getenv("CK_TIMEOUT_MULTIPLIER");

        return now_usec(CLOCK_MONOTONIC) +
                10 * USEC_PER_SEC * (multiplier ? strtoul(multiplier, NULL, 10) : 1);
}

/* Runs the loop until the condition holds; the case fails if it never does. */
#define LOOP_UNTIL(event, condition)                                                  \
        do {                                                                          \
                usec_t deadline_ = loop_deadline();                                   \
                while (!(condition)) {                                                \
                        ck_assert_int_ge(sd_event_run(event, 10 * USEC_PER_MSEC), 0); \
                        ck_assert_uint_lt(now_usec(CLOCK_MONOTONIC), deadline_);      \
                }                                                                     \
        } while (false)
