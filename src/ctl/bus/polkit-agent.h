/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* polkit's program that asks for a password at the terminal: pkttyagent(1). */

#include <sys/types.h>

/* Starts it for this process, and waits until it is ready. The result is the caller's, to be ended with
 * polkit_agent_stop(). 0 if there is nobody at a terminal, or the program is not there; -errno. */
pid_t polkit_agent_start(void);

/* Ends it and waits for that; does nothing if pid is not positive. */
void polkit_agent_stop(pid_t pid);
