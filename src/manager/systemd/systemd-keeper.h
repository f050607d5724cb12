/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The transient service in which a session's keeper runs. */

#include "manager/base/types.h"

/* Starts the keeper, with this socket as its standard input; the socket stays the caller's. EVENT_FAILED:
 * the start failed. Success shows when the keeper sends STATUS. */
int systemd_start_keeper(Session *s, int listen_fd);

/* Stops the keeper: EVENT_KEEPER_GONE. */
int systemd_stop_keeper(Session *s);

/* Notes that the job that was waited for is done. result: as in JobRemoved. */
void systemd_keeper_job_done(Session *s, const char *result);
