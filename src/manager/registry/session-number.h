/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Numbers for new sessions, in the file next-number of the runtime directory. */

#include <stdint.h>

#include "manager/base/types.h"

#define NUMBER_FILE "next-number"

/* Reads which number is the next one, as an earlier manager left it. -errno: it is in the file, but cannot
 * be read. */
int manager_read_number(Manager *m);

/* A number for a new session, never given before in this boot: it is on disk before it is used. -errno. */
int manager_take_number(Manager *m, uint64_t *ret);
