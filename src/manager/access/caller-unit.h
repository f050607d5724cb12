/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where callers call from, as far as it decides whether they may start sessions.
 *
 * A session is in a slice of ours, outside of the unit of whoever asked for it: what a service may not do
 * (its devices, its network, its memory and tasks), its session could, and it would go on when the service
 * is stopped. So a start is for who logged in, for who is in a session or in the user's own systemd already,
 * and for root. */

#include <stdbool.h>
#include <sys/types.h>

/* May a caller of this uid, whose process is in this cgroup, start sessions? The cgroup is that of systemd's
 * hierarchy, from systemd's own ("/user.slice/user-1000.slice/session-1.scope"). Allowed are scopes of
 * logins (session-*.scope of any user-*.slice: what they limit is the login's, and the user could log in
 * again), the uid's own user@.service, the uid's own slice of ours, and root. Pure. */
bool caller_unit_may_start(const char *cgroup, uid_t uid);

/* The unit that a cgroup is of, for people: the last part of the path that is a unit of the system's
 * systemd. "" if there is none. Valid as long as ret is. */
#define CALLER_UNIT_MAX 256
const char *caller_unit_name(const char *cgroup, char ret[CALLER_UNIT_MAX]);

/* Finds the cgroup of a process below prefix, which is systemd's own ("" or "/…"), if the process runs as
 * this uid. -ESRCH: it has ended, -EPERM: it does not run as the uid (any more), -EXDEV: it is elsewhere.
 * The caller's. */
int caller_unit_find(pid_t pid, uid_t uid, const char *prefix, char **ret);
