/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sessions that ended lately, for people who come back and wonder: in memory, and in the private file
 * "ended" of the runtime directory, to which each end adds a line, so that it survives the manager. Bounded:
 * the last day, of everybody and of each user only so many. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "manager/base/types.h"
#include "manager/model/lists.h"
#include "shared/ids.h"
#include "shared/session-types.h"
#include "shared/time-span.h"

#define ENDED_MAX          1000
#define ENDED_MAX_PER_USER 250
#define ENDED_AGE_USEC     (24 * USEC_PER_HOUR)
#define ENDED_WHAT_MAX     1024 /* bytes of a command line */

/* Reads the file in this directory, without what is damaged or too old. -errno; no file is no error. */
int ended_list_load(EndedList *list, int dir_fd);
void ended_list_done(EndedList *list);

/* Adds a session that ends now, in memory and in the file. -errno: it is not in the file, but comes there
 * with the next one. */
int ended_list_add(EndedList *list, int dir_fd, const Session *s);

/* The session of this id, or NULL. Valid until something is added or forgotten. */
const EndedSession *ended_list_get(const EndedList *list, const char *id);

/* Forgets what is older than a day. */
void ended_list_expire(EndedList *list);
