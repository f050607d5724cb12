/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One call for each of several sessions, all at once: a session that takes its time does not delay the
 * others. */

#include "ctl/bus/client.h"

/* Makes the call for the session of this id. 0 or -errno. */
typedef int (*SessionCall)(Client *c, const char *id, void *userdata, sd_bus_message **ret);

/* The sessions are named by words; if one is not understood, nothing is done to any of them. Failures are
 * told ("Failed to WHAT n1: …"); the last one is returned. */
int each_session(
        Client *c, char **words, SessionCall make, void *userdata, const char *what, usec_t timeout);
