/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Folders of the user. */

/* Makes the folder and what is missing above it, for this user alone. -errno; that it is there is no
 * error. */
int folder_make(const char *path);
