/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is left of the outputs of sessions that ended: files of the user's, in
 * $XDG_STATE_HOME/compute-sessions/outputs (~/.local/state/compute-sessions/outputs), of one session each,
 * with the lines of output-record.h.
 *
 * A file of the user's, since what a session leaves should cost no memory, be charged to who made it, and be
 * readable by nobody else. It is named by the session's number and the time of its start, as numbers begin
 * anew at each boot and other machines may have the same home. A day later, or when there are too many or
 * too large ones, it goes: keepers look at that when a kernel starts and when it has ended. */

#include "keeper/outputs/output-log.h"
#include "shared/time-span.h"

#define KEPT_OUTPUTS_AGE_USEC  (24 * USEC_PER_HOUR)
#define KEPT_OUTPUTS_FILES_MAX 250U

/* The session that a file is of. */
typedef struct KeptOutputs {
        const char *id;
        usec_t created; /* as the manager says, CLOCK_REALTIME */
} KeptOutputs;

/* Opens the folder of the user who has this environment; make: makes what is missing of it. -ENOENT: there
 * is none. */
int kept_outputs_open(char *const *environment, bool make, int *ret_fd);

/* Writes the newest of what is in the log, up to max bytes, in the place of what was written before; removes
 * older files, so that all together are no larger than max. Who finds the disk full leaves the earlier file;
 * who is killed meanwhile leaves beside it what was written by then, which is sent, too. */
int kept_outputs_save(int dir_fd, KeptOutputs which, const OutputLog *log, uint64_t max);

/* Removes what was written of a session, if there is something. */
int kept_outputs_remove(int dir_fd, KeptOutputs which);

/* Removes what is older than a day, and then the oldest, until so many bytes are left and another file
 * has its place. */
void kept_outputs_expire(int dir_fd, uint64_t max);

/* Writes the entries with numbers beyond since into a socket, waiting for who reads it. What was cut short
 * by a kill is sent as far as it goes, with a notice that says so. -ENOENT: no file is left. */
int kept_outputs_send(int dir_fd, KeptOutputs which, uint64_t since, int socket_fd);
