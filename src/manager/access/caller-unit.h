/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit that a caller is in, which decides whether the caller may start sessions.
 *
 * A session is in a slice of ours, outside of its caller's unit. It could do what a service may not do
 * (devices, network, memory, tasks), and would go on when the service is stopped. So starting sessions is
 * for logins, for callers in a session or in the user's own systemd, and for root. */

#include <stdbool.h>
#include <sys/types.h>

/* May a caller of this uid, whose process is in this cgroup, start sessions? The cgroup is a path in
 * systemd's hierarchy, below systemd's own cgroup ("/user.slice/user-1000.slice/session-1.scope"). Allowed
 * are scopes of logins (session-*.scope of any user-*.slice: their limits are the login's, and the user
 * could log in again), the uid's own user@.service, the uid's own slice of ours, and root. Pure. */
bool caller_unit_may_start(const char *cgroup, uid_t uid);

/* Names the unit of a cgroup, for people: the last part of the path that is a unit of the system's systemd.
 * "" if there is none. Valid as long as ret is. */
#define CALLER_UNIT_MAX 256
const char *caller_unit_name(const char *cgroup, char ret[CALLER_UNIT_MAX]);

/* Finds the cgroup of a process below prefix, which is systemd's own cgroup ("" or "/…"), if the process
 * runs as this uid. -ESRCH: the process has ended. -EPERM: it does not run as the uid (any more). -EXDEV: it
 * is elsewhere. The caller frees the path. */
int caller_unit_find(pid_t pid, uid_t uid, const char *prefix, char **ret);
