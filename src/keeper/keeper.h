/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The keeper of one session: owns its payload's terminal or kernel, and serves the manager. */

#include "keeper/keeper-data.h"

/* Takes up what systemd kept, or starts fresh with the listening socket on stdin, which is replaced by
 * /dev/null. environment: a copy of the keeper's, which becomes the keeper's. -ENOTSOCK: there is no
 * listening socket. */
int keeper_new(sd_event *event, const char *id, char **environment, Keeper **ret);
Keeper *keeper_free(Keeper *k);

/* The keeper is to end, its payload is not: leaves everything as the next keeper needs it. */
void keeper_stop(Keeper *k);

/* Begins to record the new terminal, where the next keeper finds it: so many bytes of its output. */
int keeper_record_terminal(Keeper *k, size_t buffer_size);

/* Writes the state to its record. */
int keeper_save(Keeper *k);

/* An attempt to start has failed, or has been given up: no payload, nothing left of it, phase idle. */
void keeper_reset(Keeper *k);

/* The same for a kernel that was to be started again: phase ended, as it was before, so that it can be tried
 * again. False, and nothing done: none is at its gate. */
bool keeper_undo_restart(Keeper *k);

/* Is it a unit of the user's own systemd? systemd.exec(5): that one sets MANAGERPID. */
bool keeper_is_in_user_mode(const Keeper *k);

DEFINE_CLEANUP(Keeper *, keeper_free);
#define _cleanup_keeper_ _cleanup_(keeper_free_pointer)
