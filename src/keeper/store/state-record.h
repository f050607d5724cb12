/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The keeper's state in a memfd, which systemd's descriptor store keeps over the keeper's death. A keeper
 * that is killed at any byte of a write leaves the state before it or the state after it. */

#include "keeper/store/keeper-state.h"

/* An empty record; the descriptor is the caller's. */
int state_record_new(int *ret_fd);

/* Replaces what the record says. -EMSGSIZE if the state is too large to be told in one message. */
int state_record_write(int fd, const KeeperState *s);

/* What was last written whole. -ENODATA: nothing, ever. -EPROTONOSUPPORT, -EBADMSG: by a keeper that is not
 * like us. */
int state_record_read(int fd, KeeperState *ret);
