/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* systemd's jobs that sessions wait for: of the scope (s->scope.job) and of the keeper's service
 * (s->keeper.job). Each is NULL, or "" until systemd has told its path. When one is done,
 * systemd_scope_job_done() or systemd_keeper_job_done() hears of it. */

#include <stdbool.h>
#include <systemd/sd-bus.h>

#include "manager/base/types.h"

/* To be called before systemd is asked for what makes the job. */
int systemd_job_expect(Session *s, char **job);
void systemd_job_forget(Session *s, char **job);

/* Notes the job path that a start or stop call was answered with. */
int systemd_job_note(char **job, sd_bus_message *reply);

/* Is it a job that systemd knew of, but may have told the end of while it was not on the bus? */
bool systemd_job_is_known(const char *job);

/* StopUnit; its job takes the place of one that is waited for. */
int systemd_job_stop_unit(Session *s, const char *unit, char **job, sd_bus_message_handler_t on_reply);
