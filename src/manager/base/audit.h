/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The audit log: one structured journal entry for each thing that happens to a session. The fields are
 *
 *   MESSAGE_ID (message-ids.h) SESSION_ID SESSION_TYPE SESSION_NAME USER_ID UNIT KEEPER_UNIT LEADER NOTEBOOK
 *   RESULT EXIT_STATUS CPU_USAGE_NSEC DURATION_USEC ACTOR_UID ACTOR_LOGIN_UID METHOD
 *   ACTION REASON RESTARTS ENDED_WITH OUTSIDE MEMORY_LIMIT MEMORY_PEAK LIMITS LEVEL OOM_PID
 *   OOM_COMMAND OOM_KILLS
 *
 * as far as they are known. In user mode they go to the same journal, with the user's credentials. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "manager/base/policy.h"
#include "manager/base/types.h"
#include "shared/limit.h"
#include "shared/session-types.h"

void audit_session_started(const Session *s);
/* outside: those of its processes that live on, for people; "": none. */
void audit_session_ended(const Session *s, const char *outside);
void audit_start_failed(const Session *s);
void audit_stop_requested(const Session *s, Actor actor, const char *method);
void audit_restart_requested(const Session *s, Actor actor);
void audit_interrupted(const Session *s, Actor actor);
/* It ended by itself, and is about to be started again. */
void audit_kernel_crashed(const Session *s, SessionResult result);
void audit_kernel_restarted(const Session *s);
void audit_kernel_watched(const Session *s);
/* The kernel, or systemd-oomd, killed so many of its processes. */
void audit_oom_killed(const Session *s, uint64_t n);
/* Its level of memory pressure rose to this one; see memory_level_to_string(). */
void audit_memory_pressure(const Session *s, const char *level);
/* Frozen or thawed; method NULL: not through us. */
void audit_frozen(const Session *s, bool frozen, Actor actor, const char *method);
/* s may be NULL: the call was refused whatever the session. */
void audit_request_refused(
        Manager *m, const Session *s, Actor actor, const char *interface, const char *method);
/* polkit let somebody who is not the owner do this. s is NULL if the session has ended. */
void audit_request_authorized(Manager *m, const Session *s, Owned subject, Actor actor,
        const char *interface, const char *method, const char *action);
/* These are new, and in force. */
void audit_limits_changed(const Session *s, Actor actor, const Limits *limits);
/* Somebody had all that is kept of its outputs forgotten. s is NULL if the session has ended. */
void audit_outputs_purged(Manager *m, const Session *s, Owned subject, Actor actor);
void audit_keeper_lost(const Session *s);
