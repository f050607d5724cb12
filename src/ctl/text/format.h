/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Numbers, users, times and results as people read them. The _format functions write into ret and return
 * it. */

#include <stdint.h>
#include <sys/types.h>

#include "shared/macros.h"
#include "shared/time-span.h"

#define BYTES_SIZE      48
#define NUMBER_SIZE     24
#define TIMESTAMP_SIZE  64
#define AGO_SIZE        (TIME_SPAN_SIZE + 8)
#define RESULT_SIZE     128
#define USER_NAME_SIZE  64
#define EXIT_STATUS_MAX 255

/* "512B", "85.3M", base 1024. "-" for UINT64_MAX. */
const char *bytes_format(uint64_t bytes, char ret[BYTES_SIZE]);
/* "12"; "-" for UINT64_MAX. */
const char *number_format(uint64_t number, char ret[NUMBER_SIZE]);
/* CPU time: "4.2s", "3min 12s"; "-" for UINT64_MAX. */
const char *cpu_format(nsec_t nsec, char ret[TIME_SPAN_SIZE]);
/* A span with two units; "-" for USEC_INFINITY. */
const char *span_format(usec_t span, char ret[TIME_SPAN_SIZE]);

/* CLOCK_REALTIME as local time: "Thu 2024-10-24 10:00:00 CEST"; "n/a" for 0 and USEC_INFINITY. */
const char *timestamp_format(usec_t timestamp, char ret[TIMESTAMP_SIZE]);
/* "3min 12s ago", or "now" within the last second. */
const char *ago_format(usec_t timestamp, usec_t now, char ret[AGO_SIZE]);

/* The user's name, or the number if there is none. The last few are remembered. */
const char *user_format(uid_t uid, char ret[USER_NAME_SIZE]);

/* How a session ended, from its Result and ExitStatus (negative: unknown): "exit status 3", "killed by
 * SIGKILL", "out of memory". Words that we do not know are shown as they are. */
const char *result_format(const char *result, int exit_status, char ret[RESULT_SIZE]);
/* The exit status of computectl for a session that ended so: the program's, 128+n for signal n, 1 if
 * unknown. */
int result_exit_status(const char *result, int exit_status);

/* Cuts text to this many columns of a terminal, with "…" at the end of what was cut. The caller's; NULL if
 * out of memory. */
char *text_ellipsize(const char *text, size_t columns);
/* How many columns the text takes; its bytes if it is not valid in the locale. */
size_t text_columns(const char *text);
