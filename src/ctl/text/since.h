/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Points in time as --since= takes them, in the notations of systemd.time(7) that people type. */

#include "shared/time-span.h"

/* "2024-10-24 10:00:00", "2024-10-24 10:00", "2024-10-24", "10:00[:00]" (today), "now", "today",
 * "yesterday", "2h ago", "-2h", "@1729756800". Local time. 0, or -EINVAL (ret untouched). */
int since_parse(const char *s, usec_t now, usec_t *ret);
