/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which terminals this machine knows, as ncurses looks for them (terminfo(5)). */

#include <stdbool.h>

/* Is there a description of it? environment: TERMINFO, HOME and TERMINFO_DIRS say where else to look. */
bool terminfo_has(const char *term, char *const *environment);

/* term, if this machine knows it, or else the one that is most like it of those that are known nearly
 * everywhere. */
const char *terminfo_choose(const char *term, char *const *environment);
