/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Threads, for system calls that may take long and that the kernel does only for whoever waits: the loop
 * never does. */

/* Runs a function in a thread that nobody waits for, with a small stack and no signals. What userdata is, it
 * and the caller settle. -errno: there is no such thread. */
int thread_start(void *(*run)(void *userdata), void *userdata);
