/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files and folders that nobody else can change: the manager believes what its configuration and its records
 * say, and talks to what listens below its runtime directory. */

#include <stdio.h>
#include <sys/stat.h>

#include "shared/macros.h"

/* A configuration: may it be believed? It is root's or ours; no group can write it, but perhaps the group
 * that many systems give to each user alone, and no others can. */
bool trust_configuration(const struct stat *st);

/* Opens a configuration file for reading; a link is followed. /dev/null is an empty one. -EPERM: others can
 * change it; -EBADFD: it is no file. Does not block, whatever it is. */
int trust_open_configuration(const char *path, FILE **ret);

/* Opens a runtime directory, and makes it if it is not there; looks also at what it has of the folders
 * named. The descriptor is the caller's; -errno; logs what is wrong. */
int trust_open_runtime_directory(const char *path, const char *const *folders);
