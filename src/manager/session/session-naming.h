/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a session is called and which notebook it is of, when that changes. */

#include "manager/base/types.h"

/* Gives it another name, also in its record; if that cannot be written, it keeps the one it has. -ENOMEM. */
int session_set_name(Session *s, const char *name);

/* Says that it is of another file (or the same one elsewhere), also in its record; a name that was made of
 * the old file's goes along. -EEXIST: another session of the user is of that file. Also this is so on
 * record, or not at all. -ENOMEM. */
int session_set_notebook(Session *s, const char *notebook);
