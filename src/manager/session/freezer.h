/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Freezing sessions: their processes get no CPU any more, but keep memory, files and connections, until they
 * are thawed. Their keepers go on, so a frozen session still shows its screen and its outputs. Needs cgroup
 * v2. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"
#include "manager/model/scope.h"
#include "manager/model/waiters.h"
#include "shared/macros.h"

const char *freezer_state_to_string(FreezerState state);

/* Freezes or thaws because somebody asked; they are answered when it is done. -errno with error set if it
 * cannot be. */
int freezer_freeze(Session *s, const Reply *reply, sd_bus_error *error);
int freezer_thaw(Session *s, const Reply *reply, sd_bus_error *error);

/* Thaws a session for a call of this method (a constant) that needs it to run. 0: it runs; 1: it will, and
 * then the call is looked at anew (REPLY_AGAIN), or answered with an error; -errno with error set. */
int freezer_thaw_first(Session *s, const char *method, const Reply *reply, sd_bus_error *error);

/* EFFECT_THAW: the session is to end, or its kernel to be asked to; nobody waits for this. */
void freezer_release(Session *s);

/* What cgroup.events says: "frozen 1". -ENOENT: nothing. Pure. */
int freezer_parse(const char *text, bool *ret);

/* Notes what the kernel says; is_new: nothing was known before, so it is no news. */
void freezer_update(Session *s, bool is_new);

/* Is the session one to be shown as frozen? */
bool freezer_is_frozen(const Session *s);
