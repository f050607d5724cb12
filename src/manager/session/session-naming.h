/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes of a session's name and of its notebook. */

#include "manager/base/types.h"

/* Renames the session, also in its record. If that cannot be written, the name stays as it was, and -errno
 * is returned. */
int session_set_name(Session *s, const char *name);

/* Makes the session one of another file, or of the same file elsewhere, also in its record. A name that was
 * made of the old file's changes, too. -EEXIST: another session of the user is of that file. If the record
 * cannot be written, nothing changes, and -errno is returned. */
int session_set_notebook(Session *s, const char *notebook);
