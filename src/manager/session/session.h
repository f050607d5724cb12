/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session reports about itself. Its data are in manager/model/session.h. */

#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/session.h"
#include "shared/macros.h"
#include "shared/session-types.h"
#include "shared/time-span.h"

/* Returns the name of a session that was given none: "bash", "analysis.ipynb". The caller frees it. NULL:
 * out of memory. */
char *session_default_name(const Session *s);

/* Describes the session in unit descriptions and logs: "Terminal bash", "Notebook analysis.ipynb (python3)".
 * The caller frees it. NULL: out of memory. */
char *session_describe(const Session *s);

/* Returns what OnDetach= is for the session: "keep", "stop", or a time span in µs, for which ret is used. */
#define ON_DETACH_SIZE 32
const char *session_on_detach_to_string(const Session *s, char ret[ON_DETACH_SIZE]);

/* Reads the keeper's activity page. 0: never; UINT64_MAX: unknown. */
void session_read_activity(const Session *s, usec_t *ret_input, usec_t *ret_output);

/* Returns when a kernel last worked, as far as is known: now if it is busy, since it may compute in silence,
 * else when it stopped. 0 for terminals. */
usec_t session_last_work(const Session *s);

/* Does a keeper keep what its kernel puts out? */
bool session_records_outputs(const Session *s);

/* Notes why it ends; the first reason counts. */
void session_set_result(Session *s, SessionResult result);
/* Replaces the reason by a better one, unless the reason is that somebody asked. */
void session_improve_result(Session *s, SessionResult result);

/* Notes the error that callers of a failed start get. The first one counts. name is a constant from
 * names.h. */
void session_set_error(Session *s, const char *name, const char *format, ...) _printf_(3, 4);

/* Has the leader ended, whether or not that was handled yet? */
bool session_leader_is_gone(const Session *s);
