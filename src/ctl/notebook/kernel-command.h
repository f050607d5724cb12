/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the command line of a kernel tells about it. */

/* The connection file among a kernel's arguments: behind -f or --connection-file (or joined to it by "="),
 * or else the last argument that ends in ".json". Points into the vector; NULL: there is none. */
const char *kernel_connection_file(char *const *command);
