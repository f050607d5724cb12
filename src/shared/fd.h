/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Descriptors that come from elsewhere: what they are, and how they are used. (Closing them: macros.h.) */

#include <stdio.h>

/* Sets O_NONBLOCK, for all who have the same open file description. 0, -errno. */
int fd_make_nonblocking(int fd);

/* Is fd a socket of this type (SOCK_STREAM, …)? 0, -ENOTSOCK or -EPROTOTYPE if it is not, -EBADF. */
int fd_check_socket(int fd, int type);

/* fdopen() that also takes fd when it fails: closed by fclose() or already. NULL with errno if memory is
 * short. */
FILE *fd_to_file(int fd, const char *mode);
