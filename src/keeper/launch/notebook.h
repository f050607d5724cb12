/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The notebook file that a session is linked to. */

#include "keeper/store/failure.h"

/* The notebook's path and folder with links resolved, so that one notebook has one name; the caller's. The
 * file need not exist yet, the folder must. Returns as failure.h says. */
int notebook_resolve(const char *path, char **ret_path, char **ret_directory, Failure *failure);

/* The kernel that the notebook says it was written for (metadata.kernelspec.name), the caller's; NULL if it
 * says nothing, cannot be read, or is larger than 16 MiB. 0 or -ENOMEM. */
int notebook_kernel(const char *path, char **ret);
