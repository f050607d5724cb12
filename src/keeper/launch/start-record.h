/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a kernel was started with, in a memfd that survives: the START message, and the connection file's
 * text. So it can be started again with the same environment, where the same clients find it. */

#include "shared/macros.h"
#include "shared/wire.h"

/* The descriptor is the caller's. */
int start_record_new(const WireMessage *start, int *ret_fd);

/* Notes what is in the connection file. */
int start_record_add_connection_file(int fd, const char *path);

/* Writes the connection file again, mode 0600; it must not exist. -ENODATA: none was noted. */
int start_record_restore_connection_file(int fd, const char *path);

/* Reads the message, which points into *ret_data, the caller's. -EBADMSG: this is no record. */
int start_record_read(int fd, WireMessage *ret, void **ret_data);
