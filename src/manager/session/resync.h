/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a manager takes up what an earlier one left: records, units, keepers. */

#include "manager/base/types.h"

/* Reads the records, asks systemd which of their units are there, and sends each session on its way from
 * where it was. Synchronous: for start-up only. -errno. */
int manager_resync(Manager *m);
