/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Times in microseconds, as everywhere on the bus, and how they are shown. */

#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef uint64_t usec_t;
typedef uint64_t nsec_t;

#define USEC_INFINITY   UINT64_MAX
#define USEC_PER_MSEC   ((usec_t) 1000)
#define USEC_PER_SEC    ((usec_t) 1000000)
#define USEC_PER_MINUTE (60 * USEC_PER_SEC)
#define USEC_PER_HOUR   (60 * USEC_PER_MINUTE)
#define USEC_PER_DAY    (24 * USEC_PER_HOUR)
#define USEC_PER_WEEK   (7 * USEC_PER_DAY)
#define NSEC_PER_USEC   ((nsec_t) 1000)

#define TIME_SPAN_SIZE 64

/* CLOCK_REALTIME, CLOCK_MONOTONIC or CLOCK_BOOTTIME, now. */
usec_t now_usec(clockid_t clock);

/* Saturates at USEC_INFINITY. */
usec_t usec_add(usec_t a, usec_t b);

/* "3h 25min", "4.2s", "120ms", "0"; the two largest units; "infinity". Writes into ret and returns it. */
const char *format_time_span(usec_t span, char ret[TIME_SPAN_SIZE]);
