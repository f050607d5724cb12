/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Strict readers for numbers, sizes, time spans, booleans and signals, with systemd's notation. Each reads
 * the whole string; outputs are untouched on failure. -EINVAL: not such a thing. -ERANGE: it does not
 * fit. */

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/time-span.h"

/* Decimal digits only: no sign, no space, no other base. */
int parse_uint64(const char *s, uint64_t *ret);
int parse_uint32(const char *s, uint32_t *ret);

/* 1/yes/y/true/t/on, 0/no/n/false/f/off, as systemd reads them. */
int parse_boolean(const char *s, bool *ret);

/* Bytes: a number with an optional suffix K, M, G, T (base 1024) and optional B, or "infinity"
 * (UINT64_MAX). */
int parse_size(const char *s, uint64_t *ret);

/* A percentage with up to two digits behind the point, "50%", "12.5%", in parts of ten thousand. */
int parse_percent(const char *s, uint64_t *ret);

/* A span as in systemd.time(7): "5s", "1min 30s", "100ms", "2h"; a number without unit counts seconds;
 * "infinity" is USEC_INFINITY. */
int parse_time_span(const char *s, usec_t *ret);

/* What happens to a session without clients: "keep" (USEC_INFINITY), "stop" (0), or a time span. */
int parse_on_detach(const char *s, usec_t *ret);

/* A signal by number ("9"), or by name with or without SIG ("SIGKILL", "KILL"). Returns the signal or
 * -EINVAL. */
int parse_signal(const char *s);
