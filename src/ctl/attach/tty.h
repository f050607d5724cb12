/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The user's terminal: its size, and raw mode. */

#include <stdint.h>
#include <termios.h>

#include "shared/macros.h"

typedef struct Tty {
        bool raw; /* is to be restored */
        int fd;
        struct termios saved;
} Tty;

/* The size of the terminal at fd. Returns whether there is one, and it knows its size. */
bool tty_size(int fd, uint32_t *ret_rows, uint32_t *ret_columns);

/* Makes every byte that is typed arrive at once and as it is. The descriptor stays the caller's. 0 or
 * -errno. */
int tty_make_raw(Tty *t, int fd);
/* Sets the terminal back as it was; once, also when called twice. Safe in a process in the background. */
void tty_restore(Tty *t);

/* A descriptor to write to without ever blocking, as far as the system allows: O_NONBLOCK belongs to the
 * open file, which other processes share, so terminals and pipes are opened again. ret_may_block: it could
 * not be. The caller's; -errno. */
int output_open(int fd, bool *ret_may_block);
