/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is known of the CPU time that sessions use, in one file of the runtime directory, for a manager
 * that comes after. */

#include "manager/base/types.h"

/* Writes the file, with one line for each session: "NUMBER BEGIN USAGE LAST", as in CpuWatch. 0, or
 * -errno: it is as it was. */
int idle_record_save(const Manager *m);

/* Reads it into the sessions that there are. Of what is not in it the window is
 * its whole life. 0, or -errno: nothing was read. */
int idle_record_load(Manager *m);
