/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sessions whose notebook's file is not where it was. Only who may look into the user's folders can tell, so
 * it is not the manager that does. */

#include "ctl/sessions/resolve.h"

#define MOVED_NOTEBOOKS_MAX 3

/* The newest of the user's sessions whose notebook's file is not there. Returns how many; ret points into
 * names. */
size_t moved_notebooks_find(
        const SessionNames *names, uint32_t uid, const SessionName *ret[static MOVED_NOTEBOOKS_MAX]);

/* A kernel was started for this path, as session id. If it is that of a file, tells of each session that it
 * may have been moved away from, and how to open it with that session's kernel instead. A failure is not
 * told: nobody asked. */
void moved_notebooks_tell(Client *c, const char *id, const char *path);
