/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Processes of users', and the cgroups that libsystemd says they are in: real ones, but for the cgroups,
 * which a test cannot choose. */

#include <sys/types.h>

/* A process of this user's that waits for a signal (SIGUSR1 has it exit with that number), and ends with
 * the case at the latest; it is the case's own user's, if that is not root. */
pid_t fake_process_start(uid_t uid);
/* The same, and it does this first; when it is returned, that is done. */
pid_t fake_process_start_with(uid_t uid, void (*first)(void *userdata), void *userdata);
void fake_process_end(pid_t pid);

/* What sd_pid_get_cgroup(), sd_pid_get_unit() and sd_pid_get_user_unit() say of it from here on; of
 * others they say what is so. The cgroup's last part is its unit. */
void fake_process_set_cgroup(pid_t pid, const char *cgroup);
/* It ends as soon as somebody asks libsystemd for its unit. */
void fake_process_end_when_asked(pid_t pid);
