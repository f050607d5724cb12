/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What memory the keeper takes while nothing happens, which is most of the time. */

#include <systemd/sd-event.h>

/* Gives back what it has and will hardly need soon: free memory, and the mapped pages of programs and
 * libraries that are as they are in the file. Whatever is needed after all comes back by itself, at some
 * µs. */
void footprint_shrink(void);

/* The same in a while, over a timer that may be there already. */
int footprint_shrink_later(sd_event *event, sd_event_source **timer);
