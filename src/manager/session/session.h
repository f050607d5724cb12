/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One session: what it says of itself, and that it changed. Its data are in manager/model/session.h. */

#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/session.h"
#include "shared/macros.h"
#include "shared/session-types.h"
#include "shared/time-span.h"

/* The name of a session that was given none: "bash", "analysis.ipynb". The caller's; NULL = OOM. */
char *session_default_name(const Session *s);

/* "Terminal bash", "Notebook analysis.ipynb (python3)": for unit descriptions and logs. The caller's; NULL =
 * OOM. */
char *session_describe(const Session *s);

/* "keep", "stop", or a time span in µs. Writes into ret if need be; returns the word. */
#define ON_DETACH_SIZE 32
const char *session_on_detach_to_string(const Session *s, char ret[ON_DETACH_SIZE]);

/* Reads the activity page; 0 = never, UINT64_MAX = unknown. */
void session_read_activity(const Session *s, usec_t *ret_input, usec_t *ret_output);

/* When a kernel was last at work, as far as is known: now if it is busy, since it may compute in silence;
 * otherwise since when it is what it is. 0 for terminals. */
usec_t session_last_work(const Session *s);

/* Does a keeper keep what its kernel puts out? */
bool session_records_outputs(const Session *s);

/* Notes why it ends; the first reason counts. */
void session_set_result(Session *s, SessionResult result);
/* A better reason than the one that was noted, unless it is that somebody asked. */
void session_improve_result(Session *s, SessionResult result);

/* Notes what a failed start tells its callers; the first reason counts. name is a constant from names.h. */
void session_set_error(Session *s, const char *name, const char *format, ...) _printf_(3, 4);

/* Has the leader ended, whether or not that was seen to yet? */
bool session_leader_is_gone(const Session *s);
