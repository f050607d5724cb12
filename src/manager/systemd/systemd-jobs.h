/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* systemd's jobs that sessions wait for: of the scope (s->scope.job) and of the keeper's service
 * (s->keeper.job). Each is NULL, or "" until its path is known. When a job is done, systemd_scope_job_done()
 * or systemd_keeper_job_done() is called. */

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"

/* Notes that a job will be made. Has to be called before systemd is asked for it. */
int systemd_job_expect(Session *s, char **job);
void systemd_job_forget(Session *s, char **job);

/* Notes the path of the job, from the answer to a start or stop call. */
int systemd_job_note(char **job, sd_bus_message *reply);

/* Did systemd know of the job? Then it may have announced its end while it was not on the bus. */
bool systemd_job_is_known(const char *job);

/* Calls StopUnit. Its job replaces the one that is waited for. */
int systemd_job_stop_unit(Session *s, const char *unit, char **job, sd_bus_message_handler_t on_reply);
