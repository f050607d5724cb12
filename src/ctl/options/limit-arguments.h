/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Limits on the command line, as systemctl set-property and systemd-run have them: "MemoryMax=2G",
 * "CPUQuota=50%". */

#include <systemd/sd-bus.h>

#include "shared/macros.h"

/* Are the assignments limits, and their values such as these may have? What is wrong is told. 0 or
 * -EINVAL. */
int limit_assignments_check(char *const *assignments);

/* Appends each of the assignments as an entry of the a{sv} that m stands in. 0 or -errno. */
int append_limit_options(sd_bus_message *m, char *const *assignments);

/* Is there a limit of this name among the assignments? */
bool assignments_have(char *const *assignments, const char *name);
