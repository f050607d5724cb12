/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What becomes of a notebook's outputs: they are read while the session lives, and kept when it ends. */

#include "keeper/keeper-data.h"

/* Writes entries beyond since into a stream socket, which becomes the keeper's on success. Returns as
 * failure.h says. */
int keeper_read_outputs(Keeper *k, int fd, uint64_t since, bool follow, Failure *failure);

/* Keeps what is in the log now where it outlives the keeper (kept-outputs.h), if it is not there already.
 * Failures are logged. */
void keeper_keep_outputs(Keeper *k);

/* Forgets all that is kept of them, in memory and on disk; what comes from now on is kept as before.
 * Returns as failure.h says. */
int keeper_purge_outputs(Keeper *k, Failure *failure);

/* A kernel starts: removes what other sessions left long ago. */
void keeper_expire_outputs(Keeper *k);

/* Writes what is left of a session that ended into standard output, a socket: the keeper's other trade, for
 * GetEndedOutputs(). Returns the exit status. */
int keeper_send_kept_outputs(const char *id, const char *created, const char *since);

/* Removes that, and says so to standard output, a socket: the same for PurgeEndedOutputs(). */
int keeper_remove_kept_outputs(const char *id, const char *created);
