/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Takes up what an earlier manager left: records, units, keepers. */

#include "manager/base/types.h"

/* Reads the records, asks systemd which of their units are there, and sends each session on its way from
 * where it was. Synchronous: for start-up only. -errno. */
int manager_resync(Manager *m);
