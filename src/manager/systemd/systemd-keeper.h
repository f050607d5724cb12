/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The transient service in which a session's keeper runs. */

#include "manager/base/types.h"

/* Starts it with this socket as its standard input (stays the caller's). A failure becomes EVENT_FAILED;
 * success shows when the keeper speaks. */
int systemd_start_keeper(Session *s, int listen_fd);

/* Stops it: EVENT_KEEPER_GONE. */
int systemd_stop_keeper(Session *s);

/* The job that was waited for is done; result as in JobRemoved. */
void systemd_keeper_job_done(Session *s, const char *result);
