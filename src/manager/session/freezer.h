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

/* Freezes or thaws the session for a caller, who is answered when it is done. -errno with error set if it is
 * impossible. */
int freezer_freeze(Session *s, const Reply *reply, sd_bus_error *error);
int freezer_thaw(Session *s, const Reply *reply, sd_bus_error *error);

/* Thaws a session for a call of this method (a constant) that needs it to run. 0: it runs. 1: the call is
 * held, and dispatched again once the session runs (REPLY_AGAIN), or answered with an error. -errno with
 * error set. */
int freezer_thaw_first(Session *s, const char *method, const Reply *reply, sd_bus_error *error);

/* EFFECT_THAW: thaws a session that is about to end, or whose kernel is about to be asked to. Nobody waits
 * for it. */
void freezer_release(Session *s);

/* Reads "frozen 1" in the text of cgroup.events. -ENOENT: there is no such line. Pure. */
int freezer_parse(const char *text, bool *ret);

/* Reads from the kernel whether the session is frozen. is_new: this is the first look, so nothing is
 * announced. */
void freezer_update(Session *s, bool is_new);

/* Is the session frozen? One that is being frozen or thawed is not. */
bool freezer_is_frozen(const Session *s);
