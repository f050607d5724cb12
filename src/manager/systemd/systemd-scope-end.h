/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a scope ends. */

#include "manager/base/types.h"

/* Finds out what became of the scope, and notes the result if somebody else stopped it. Then stops what is
 * left of it: EVENT_SCOPE_GONE. */
int systemd_stop_scope(Session *s);

/* Asks once more for the stop that the session waits for, if it does: its end may have been announced while
 * nobody listened. */
void systemd_stop_scope_again(Session *s);

/* Notes that the job that was waited for is done. result: as in JobRemoved. */
void systemd_scope_end_job_done(Session *s, const char *result);
