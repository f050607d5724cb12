/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The words that sessions are described with, on the bus, in records, in the journal and on the wire.
 * All tables are extensible: a client must tolerate words that it does not know. */

#include "shared/macros.h"

typedef enum SessionType {
        SESSION_NOTEBOOK, /* a Jupyter kernel, linked to a notebook file; ids n1, n2, … */
        SESSION_TERMINAL, /* a program on a PTY; ids t1, t2, … */
        SESSION_TYPE_MAX,
        SESSION_TYPE_INVALID = -EINVAL,
} SessionType;

/* What a session is doing, as its D-Bus property State says it. */
typedef enum SessionState {
        STATE_OPENING, /* being started; not listed yet */
        STATE_RUNNING,
        STATE_RESTARTING, /* its kernel is being ended and started again */
        STATE_CLOSING,    /* being stopped, or its leader ended and what is left of it is being stopped */
        STATE_ENDED,
        SESSION_STATE_MAX,
        SESSION_STATE_INVALID = -EINVAL,
} SessionState;

/* Why a session ended: the property Result, the last argument of SessionRemoved, the journal's RESULT=. */
typedef enum SessionResult {
        RESULT_NONE,         /* "": it has not ended */
        RESULT_SUCCESS,      /* the leader exited with status 0 */
        RESULT_EXIT_CODE,    /* the leader exited with another status; ExitStatus has it */
        RESULT_SIGNAL,       /* the leader was killed by a signal; ExitStatus has its number */
        RESULT_CORE_DUMP,    /* the same, and it dumped core */
        RESULT_OOM_KILLED,   /* the kernel killed it for want of memory */
        RESULT_STOPPED,      /* somebody asked us to stop it */
        RESULT_DETACHED,     /* the last client went away, and OnDetach= says that it then ends */
        RESULT_UNIT_STOPPED, /* somebody stopped its scope (systemctl stop), or the system went down */
        RESULT_START_FAILED, /* it never ran */
        RESULT_TIMEOUT,      /* it did not start or stop in time and was killed */
        RESULT_EXITED, /* the leader ended, and nobody could tell how (registered process, keeper lost) */
        RESULT_RESTART_FAILED, /* its kernel was to be started again, and did not come back */
        RESULT_LOST,           /* it ended while no manager was there to see it */
        SESSION_RESULT_MAX,
        SESSION_RESULT_INVALID = -EINVAL,
} SessionResult;

/* The words; NULL for a value out of range. from_string returns the _INVALID value for an unknown word. */
const char *session_type_to_string(SessionType type);
SessionType session_type_from_string(const char *s);
const char *session_state_to_string(SessionState state);
SessionState session_state_from_string(const char *s);
const char *session_result_to_string(SessionResult result);
SessionResult session_result_from_string(const char *s);

/* How a process that ended with this wait status word (CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0 = unknown) and
 * status (exit status or signal number) makes its session's result. */
SessionResult session_result_from_exit(int code, int status);
