/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Diagnostics on stderr: with sd-daemon(3) priority prefixes when stderr is the journal, plain otherwise.
 * The audit entries of sessions are not made here but in manager/base/audit.c. */

#include <errno.h>
#include <syslog.h>

#include "shared/macros.h"

/* Which messages are shown: up to this syslog level (LOG_INFO at start). $SYSTEMD_LOG_LEVEL, or a -v,
 * changes it. */
void log_set_max_level(int level);
/* "debug", "info", "notice", "warning", "err", "crit", "alert", "emerg", or 0 to 7. */
int log_set_max_level_from_string(const char *s);
/* Reads $SYSTEMD_LOG_LEVEL and finds out what stderr is. */
void log_open(void);

/* Logs one line; error is an errno (of either sign) for %m, or 0. Returns -abs(error). */
int log_full(int level, int error, const char *format, ...) _printf_(3, 4);

#define log_debug(...)                ((void) log_full(LOG_DEBUG, 0, __VA_ARGS__))
#define log_info(...)                 ((void) log_full(LOG_INFO, 0, __VA_ARGS__))
#define log_notice(...)               ((void) log_full(LOG_NOTICE, 0, __VA_ARGS__))
#define log_warning(...)              ((void) log_full(LOG_WARNING, 0, __VA_ARGS__))
#define log_error(...)                ((void) log_full(LOG_ERR, 0, __VA_ARGS__))
#define log_debug_errno(error, ...)   log_full(LOG_DEBUG, error, __VA_ARGS__)
#define log_info_errno(error, ...)    log_full(LOG_INFO, error, __VA_ARGS__)
#define log_warning_errno(error, ...) log_full(LOG_WARNING, error, __VA_ARGS__)
#define log_error_errno(error, ...)   log_full(LOG_ERR, error, __VA_ARGS__)
#define log_oom()                     log_full(LOG_ERR, ENOMEM, "Out of memory.")
