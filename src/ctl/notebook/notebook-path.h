/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The file of a notebook, as somebody names it. */

#include "ctl/options/arguments.h"

/* The absolute path of a file that need not exist, in a folder that must; of another machine it must be
 * given as such. The caller's. Failures are told. */
int notebook_path(const Arguments *a, const char *file, char **ret);

/* Says so if there is no such file: it may have been mistyped. */
void notebook_tell_new(const Arguments *a, const char *path);
