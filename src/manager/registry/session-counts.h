/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How many sessions there are, as it is told on the bus. */

#include <stdbool.h>

#include "manager/base/types.h"

/* Counts a session as announced, or no longer. */
void manager_count(Manager *m, const Session *s, int delta);

/* How many sessions there are against the recommended number. */
bool manager_exceeds_recommended(const Manager *m);
